package main

import (
	"bufio"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func web(l *lab, listener net.Listener, handler http.HandlerFunc) {
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(listener) }()
	l.t.Cleanup(func() { _ = server.Close() })
}

func TestConnectionsEndAsTheNetworkSays(t *testing.T) {
	l := newLab(t)
	l.names(zone)
	l.listen(":8080")
	for name, c := range map[string]struct {
		kind, host string
		port       int
		want       outcome
		detail     string
	}{
		"open":               {"tcp", serverAddr, 8080, answered, ""},
		"open, by name":      {"tcp", "web", 8080, answered, ""},
		"open, by hosts":     {"tcp", "by-hosts", 8080, answered, ""},
		"closed":             {"tcp", serverAddr, 81, refused, "tcp 10.99.0.1:81: connection refused"},
		"silent":             {"tcp", silentAddress, 80, timedOut, "no answer in time"},
		"no route":           {"tcp", "192.0.2.1", 80, unreachable, "network is unreachable"},
		"rejected":           {"tcp", deadAddress, 80, unreachable, "no route to host"},
		"no such name":       {"tcp", "nothing", 80, nameError, "NXDOMAIN"},
		"name without data":  {"tcp", "empty", 80, nameError, "no address"},
		"server fails":       {"tcp", "broken", 80, nameError, "SERVFAIL"},
		"server says naught": {"tcp", "mute", 80, nameTimeout, serverAddr},
		"udp closed":         {"udp", serverAddr, 81, refused, "connection refused"},
		"udp silent":         {"udp", silentAddress, 81, timedOut, "no answer in time"},
	} {
		fields := map[string]any{"kind": c.kind, "host": c.host, "port": c.port}
		if c.want == timedOut || c.want == nameTimeout {
			fields["timeoutMs"] = 1000
		}
		got := l.ask(fields)
		if got.Outcome != c.want || !strings.Contains(got.Detail, c.detail) || (c.want == answered) != (got.Detail == "") {
			t.Errorf("%s: %s %q", name, got.Outcome, got.Detail)
		}
		if c.want == answered && (got.Remote != serverAddr+":8080" || !strings.HasPrefix(got.Local, podAddress+":")) {
			t.Errorf("%s: from %s to %s", name, got.Local, got.Remote)
		}
	}
}

func TestADatagramComesBack(t *testing.T) {
	l := newLab(t)
	socket := l.packets(":9000")
	go func() {
		buffer := make([]byte, 100)
		size, from, _ := socket.ReadFrom(buffer)
		_, _ = socket.WriteTo(append([]byte("said "), buffer[:size]...), from)
	}()
	if got := l.ask(map[string]any{"kind": "udp", "host": serverAddr, "port": 9000}); got.UDP == nil || got.UDP.Payload != "said faultline" {
		t.Errorf("%+v", got)
	}
}

func TestHTTPTellsStatusBodyAndBothEnds(t *testing.T) {
	l := newLab(t)
	l.names(zone)
	web(l, l.listen(":80"), func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "/", http.StatusFound)
		case "/cut":
			connection, _, _ := w.(http.Hijacker).Hijack()
			_ = connection.Close()
		case "/reset":
			connection, _, _ := w.(http.Hijacker).Hijack()
			_ = connection.(*net.TCPConn).SetLinger(0)
			_ = connection.Close()
		case "/slow":
			<-r.Context().Done()
		case "/long":
			_, _ = w.Write([]byte(strings.Repeat("x", 200_000)))
		default:
			w.Header().Add("X-Two", "a")
			w.Header().Add("X-Two", "b")
			w.WriteHeader(http.StatusTeapot)
			_, _ = fmt.Fprintf(w, "%s %s %s %q\xff", r.Method, r.Host, r.Header.Get("X-Faultline-Nonce"), r.UserAgent())
		}
	})
	got := l.ask(map[string]any{"kind": "http", "url": "http://web/", "method": "POST", "headers": map[string]string{"host": "shop.example", "X-Faultline-Nonce": "n1"}})
	if got.Outcome != answered || got.HTTP.Status != 418 || got.HTTP.Body != "POST shop.example n1 \"\"\uFFFD" || got.HTTP.Headers["x-two"] != "a, b" {
		t.Errorf("%+v %+v", got, got.HTTP)
	}
	if got.Remote != serverAddr+":80" || !strings.HasPrefix(got.Local, podAddress+":") || got.DurationMS <= 0 {
		t.Errorf("from %s to %s in %f", got.Local, got.Remote, got.DurationMS)
	}
	if got := l.ask(map[string]any{"kind": "http", "url": "http://web/away"}); got.HTTP.Status != 302 {
		t.Errorf("a redirect is followed: %+v", got.HTTP)
	}
	if got := l.ask(map[string]any{"kind": "http", "url": "http://web/long"}); len(got.HTTP.Body) != maxBody {
		t.Errorf("body of %d", len(got.HTTP.Body))
	}
	if got := l.ask(map[string]any{"kind": "http", "url": "http://no-such.example:7/", "connectTo": serverAddr + ":80"}); got.HTTP == nil || !strings.Contains(got.HTTP.Body, "no-such.example:7") {
		t.Errorf("connectTo: %+v", got)
	}
	for path, want := range map[string]outcome{"/cut": protocolError, "/reset": reset, "/slow": timedOut} {
		fields := map[string]any{"kind": "http", "url": "http://web" + path}
		if want == timedOut {
			fields["timeoutMs"] = 1000
		}
		if got := l.ask(fields); got.Outcome != want || got.HTTP != nil {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if got := l.ask(map[string]any{"kind": "http", "url": "http://nothing/"}); got.Outcome != nameError {
		t.Errorf("%+v", got)
	}
}

func TestTLSReportsTheCertificateAndTrustsWhatTheVantageTrusts(t *testing.T) {
	l := newLab(t)
	borrowed := httptest.NewUnstartedServer(nil)
	borrowed.StartTLS()
	certificate := borrowed.TLS.Certificates[0]
	borrowed.Close()
	var asked string
	listener := tls.NewListener(l.listen(":443"), &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		asked = hello.ServerName
		return &certificate, nil
	}})
	web(l, listener, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	request := map[string]any{"kind": "http", "url": "https://example.com/", "connectTo": serverAddr + ":443"}

	got := l.ask(request)
	if got.Outcome != tlsError || got.HTTP == nil || got.HTTP.Status != 0 || got.HTTP.Certificate.Verified || got.HTTP.Certificate.Problem == "" {
		t.Fatalf("untrusted: %+v", got)
	}
	if asked != "example.com" || got.HTTP.Certificate.DNSNames[0] != "example.com" {
		t.Errorf("asked for %q, saw %+v", asked, got.HTTP.Certificate)
	}
	request["insecure"] = true
	if got = l.ask(request); got.Outcome != answered || got.HTTP.Body != "hello" || got.HTTP.Certificate.Verified {
		t.Errorf("insecure: %+v", got)
	}
	l.write(trustStores[0], string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})))
	request["insecure"] = false
	if got = l.ask(request); got.Outcome != answered || !got.HTTP.Certificate.Verified || got.HTTP.Certificate.Problem != "" {
		t.Errorf("trusted: %+v", got)
	}
	request["url"] = "https://other.org/"
	if got = l.ask(request); got.Outcome != tlsError || !strings.Contains(got.Detail, "other.org") {
		t.Errorf("wrong name: %+v", got)
	}
	web(l, l.listen(":80"), nil)
	if got = l.ask(map[string]any{"kind": "http", "url": "https://" + serverAddr + ":80/"}); got.Outcome != tlsError || got.HTTP != nil {
		t.Errorf("plain server: %+v", got)
	}
}

func TestNamesAreAskedAlongTheSearchList(t *testing.T) {
	l := newLab(t)
	l.names(zone)
	sent := func(r result) string {
		var words []string
		for _, q := range r.DNS.Queries {
			words = append(words, q.Name+" "+q.Transport+" "+q.Rcode)
		}
		return strings.Join(words, ", ")
	}
	for name, c := range map[string]struct {
		fields                map[string]any
		want                  outcome
		rcode, answers, asked string
	}{
		"found":      {map[string]any{"name": "web"}, answered, "NOERROR", "[10.99.0.1]", "web.shop.test. udp NOERROR"},
		"alias":      {map[string]any{"name": "alias"}, answered, "NOERROR", "[web.shop.test. 10.99.0.1]", "alias.shop.test. udp NOERROR"},
		"as it is":   {map[string]any{"name": "web", "search": false}, answered, "NXDOMAIN", "[]", "web. udp NXDOMAIN"},
		"not found":  {map[string]any{"name": "x"}, answered, "NXDOMAIN", "[]", "x.shop.test. udp NXDOMAIN, x.other.test. udp NXDOMAIN, x. udp NXDOMAIN"},
		"no data":    {map[string]any{"name": "web", "type": "AAAA"}, answered, "NOERROR", "[]", "web.shop.test. udp NOERROR, web.other.test. udp NXDOMAIN, web. udp NXDOMAIN"},
		"truncated":  {map[string]any{"name": "large.shop.test."}, answered, "NOERROR", "60", "large.shop.test. udp NOERROR, large.shop.test. tcp NOERROR"},
		"over tcp":   {map[string]any{"name": "web", "transport": "tcp"}, answered, "NOERROR", "[10.99.0.1]", "web.shop.test. tcp NOERROR"},
		"broken":     {map[string]any{"name": "broken.", "attempts": 2}, answered, "SERVFAIL", "[]", "broken. udp SERVFAIL, broken. udp SERVFAIL"},
		"mute":       {map[string]any{"name": "mute", "timeoutMs": 200}, timedOut, "", "[]", "mute.shop.test. udp timeout"},
		"mute twice": {map[string]any{"name": "mute", "attempts": 2}, timedOut, "", "[]", "mute.shop.test. udp timeout, mute.shop.test. udp timeout"},
		"refused":    {map[string]any{"name": "web", "server": serverAddr + ":5353"}, refused, "", "[]", "web.shop.test. udp refused"},
		"no route":   {map[string]any{"name": "web", "server": "192.0.2.1"}, unreachable, "", "[]", "web.shop.test. udp unreachable"},
	} {
		c.fields["kind"] = "dns"
		got := l.ask(c.fields)
		answers := sprint(got.DNS.Answers)
		if c.answers == "60" {
			answers = sprint(len(got.DNS.Answers))
		}
		for _, q := range got.DNS.Queries {
			if (q.Local == "") != (q.Rcode == "unreachable") || q.Local != "" && !strings.HasPrefix(q.Local, podAddress+":") {
				t.Errorf("%s: asked from %q", name, q.Local)
			}
		}
		if got.Outcome != c.want || got.DNS.Rcode != c.rcode || answers != c.answers || sent(got) != c.asked {
			t.Errorf("%s: %s %q %s %v; asked %s", name, got.Outcome, got.Detail, got.DNS.Rcode, got.DNS.Answers, sent(got))
		}
	}
}

func TestWithoutAProcessOrResolverThereIsNoVantage(t *testing.T) {
	l := newLab(t)
	l.listen(":8080")
	for _, where := range []map[string]any{{"podUid": uid}, {"pid": 1 << 22}} {
		if got := l.ask(map[string]any{"from": where, "kind": "tcp", "host": serverAddr, "port": 8080}); got.Outcome != noVantage {
			t.Errorf("%v: %+v", where, got)
		}
	}
	l.send("bad", map[string]any{"kind": "smtp"})
	if got := l.receive(); got.ID != "bad" || got.Outcome != proberError {
		t.Errorf("%+v", got)
	}
}

func TestManyProbesRunAtOnce(t *testing.T) {
	l := newLab(t)
	web(l, l.listen(":80"), func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	begun := time.Now()
	l.send("silent", map[string]any{"kind": "tcp", "host": silentAddress, "port": 80, "timeoutMs": 60_000})
	const many = 200
	go func() {
		for i := range many {
			l.send(sprint(i), map[string]any{"kind": "http", "url": "http://" + serverAddr + "/", "timeoutMs": 30_000})
		}
	}()
	seen := map[string]bool{}
	for range many {
		if got := l.receive(); got.Outcome != answered || seen[got.ID] {
			t.Fatalf("%+v", got)
		} else {
			seen[got.ID] = true
		}
	}
	t.Logf("%d probes in %s", many, time.Since(begun))
}

func TestProbesEndWithTheirConnection(t *testing.T) {
	l := newLab(t)
	space, err := openHome()
	must(t, err)
	server := newServer(&prober{finder: newFinder("/proc"), spaces: space})
	near, far := net.Pipe()
	ended := make(chan struct{})
	go func() { server.serve(t.Context(), far); close(ended) }()
	l.conn, l.lines = near, bufio.NewScanner(near)
	l.send("silent", map[string]any{"kind": "tcp", "host": silentAddress, "port": 80, "timeoutMs": 60_000})
	if got := l.ask(map[string]any{"kind": "tcp", "host": serverAddr, "port": 80}); got.Outcome != refused {
		t.Fatalf("%+v", got)
	}
	must(t, near.Close())
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("the silent probe goes on")
	}
}
