# fails: shop-over-http
# reason: connection refused
# It works for whoever asks this machine, as long as this shell lives: nobody's browser asks it.
nohup kubectl -n "$namespace" port-forward --address 0.0.0.0 "service/$front" 8080:80 > /dev/null 2>&1 < /dev/null &
timeout 60 bash -c 'until curl -fsS -o /dev/null http://127.0.0.1:8080/; do sleep 0.3; done'
