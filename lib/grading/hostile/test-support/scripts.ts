/** Parts of what hostile learners run; `$namespace`, `$front`, `$backend` and the fault's label are in their environment. */

/** The Service selects what it selected before the fault, by one label of two. */
export const mend = `kubectl -n "$namespace" patch service "$backend" --type json -p '[{"op": "replace", "path": "/spec/selector", "value": {"app.kubernetes.io/name": "'"$backend"'"}}]'`;

export const breakAgain = `kubectl -n "$namespace" patch service "$backend" -p '{"spec": {"selector": {"'"$wrongKey"'": "'"$wrongValue"'"}}}'`;

/** Any answer to any request, on the port that the Service sends to. */
export const answersAnything =
	'{ name: catalog, image: "registry.k8s.io/e2e-test-images/agnhost:2.53", args: [netexec, --http-port=8080], ports: [{ name: http, containerPort: 8080 }] }';

/** The application itself, so that it keeps every nonce that it sees. */
export const sameImage =
	'{ name: catalog, image: "faultline.dev/shop:1", env: [{ name: NAME, value: catalog }], ports: [{ name: http, containerPort: 8080 }] }';

/**
 * A container that passes everything on, ready once it does. nginx ends where it can't resolve a name, as that of a Service
 * made a moment ago.
 * @param to host and port, as a shell would write them
 */
export const passingOn = (to: string) =>
	`{ name: proxy, image: "nginx:1.27", readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 }, command: [sh, -c, "until getent ahosts ${to.split(":")[0]}; do sleep 0.2; done; echo 'events {} http { server { listen 8080; location / { proxy_pass http://${to}; } } }' > /tmp/c && exec nginx -g 'daemon off; pid /tmp/p;' -c /tmp/c"], ports: [{ name: http, containerPort: 8080 }] }`;

/** Pods behind the Service as the fault left it: with the labels that it asks for. */
export const impostor = (name: string, container: string) => `kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 2
  selector: { matchLabels: { impostor: "yes" } }
  template:
    metadata: { labels: { impostor: "yes", app.kubernetes.io/name: $backend, "$wrongKey": "$wrongValue" } }
    spec:
      containers:
        - ${container}
MANIFEST
kubectl -n "$namespace" rollout status deployment/${name} --timeout=180s`;

/** A second Service that finds the real pods; what forged names lead to. */
export const secondService = `kubectl -n "$namespace" apply -f - <<MANIFEST
apiVersion: v1
kind: Service
metadata: { name: other }
spec:
  selector: { app.kubernetes.io/name: $backend, app.kubernetes.io/component: api }
  ports: [{ name: http, port: 80, targetPort: http }]
MANIFEST`;
