package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

func settings(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func start(t *testing.T, values map[string]string) (*shop, *httptest.Server, *bytes.Buffer) {
	t.Helper()
	config, err := readConfig(settings(values))
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	shop := newShop(config, log)
	server := httptest.NewServer(shop)
	t.Cleanup(server.Close)
	return shop, server, log
}

func ask(t *testing.T, target, nonce string) (int, map[string]any) {
	t.Helper()
	request, _ := http.NewRequest(http.MethodGet, target, nil)
	request.Header.Set(nonceHeader, nonce)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

func TestAnUpstreamsAnswerIsEmbeddedAndItsNoncePassedOn(t *testing.T) {
	db, dbServer, _ := start(t, map[string]string{"NAME": "db"})
	_, catalogServer, _ := start(t, map[string]string{"NAME": "catalog", "UPSTREAMS": "db=" + dbServer.URL})
	_, frontend, log := start(t, map[string]string{"NAME": "frontend", "UPSTREAMS": "catalog=" + catalogServer.URL})

	status, body := ask(t, frontend.URL+"/via/catalog/via/db?x=1", "n-1")
	if status != 200 || body["app"] != "frontend" || body["upstream"] != "catalog" {
		t.Fatalf("got %d %v", status, body)
	}
	inner := body["answer"].(map[string]any)["answer"].(map[string]any)
	if inner["app"] != "db" {
		t.Fatalf("innermost answer is of %v", inner["app"])
	}
	recorder := httptest.NewRecorder()
	db.nonces.ServeHTTP(recorder, httptest.NewRequest("GET", "/internal/seen?nonce=n-1", nil))
	var seen sighting
	if err := json.Unmarshal(recorder.Body.Bytes(), &seen); err != nil || !seen.Seen || seen.Path != "/" || seen.Count != 1 || seen.At.IsZero() {
		t.Fatalf("db says %s", recorder.Body)
	}
	if !strings.Contains(log.String(), `"upstream":"catalog"`) || strings.Contains(log.String(), "n-1") {
		t.Fatalf("log: %s", log)
	}
}

func TestAFailingUpstreamIs502InWordsAUserWouldReport(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	_ = listener.Close()
	_, broken, _ := start(t, map[string]string{"NAME": "payments", "REQUIRE": "LEDGER_URL"})
	upstreams := "refused=http://" + address + ",silent=http://" + silent.Addr().String() + ",missing=http://no-such-host.invalid,payments=" + broken.URL
	_, hasty, _ := start(t, map[string]string{"UPSTREAM_TIMEOUT": "150ms", "UPSTREAMS": upstreams})
	// The others have all the time that a busy host and its own resolver need.
	_, patient, _ := start(t, map[string]string{"UPSTREAM_TIMEOUT": "60s", "UPSTREAMS": upstreams})
	for name, words := range map[string]string{
		"refused":  "refused: dial tcp " + address + ": connect: connection refused",
		"silent":   "silent: no answer within 150ms",
		"missing":  "missing: dial tcp: lookup no-such-host.invalid",
		"payments": "payments: answered 500 Internal Server Error",
	} {
		server := patient
		if name == "silent" {
			server = hasty
		}
		status, body := ask(t, server.URL+"/"+name, "")
		if status != 502 || !strings.HasPrefix(body["error"].(string), words) {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
}

func TestTheBasePathBoundsBusinessAndNotHealth(t *testing.T) {
	_, server, log := start(t, map[string]string{"BASE_PATH": "/api/", "ITEMS": "a, b", "READY_PATH": "/ready"})
	for path, want := range map[string]int{"/api": 200, "/api/": 200, "/": 404, "/apix": 404, "/api/nothing": 404} {
		if status, body := ask(t, server.URL+path, ""); status != want {
			t.Errorf("%s: %d %v", path, status, body)
		}
	}
	before := log.Len()
	for _, path := range []string{"/healthz", "/ready"} {
		response, err := http.Get(server.URL + path)
		if err != nil || response.StatusCode != 200 {
			t.Errorf("%s: %v %v", path, response, err)
		}
	}
	if log.Len() != before {
		t.Error("health checks are logged")
	}
}

func TestOnlyTheLatestNoncesAreKept(t *testing.T) {
	nonces := newNonces()
	request := httptest.NewRequest("GET", "/", nil)
	for i := range remembered + 1 {
		nonces.remember(fmt.Sprint(i), request, time.Unix(1, 0))
	}
	if nonces.byKey["0"] != nil || nonces.byKey["1"] == nil || nonces.byKey[fmt.Sprint(remembered)] == nil || len(nonces.byKey) != remembered {
		t.Fatalf("%d are kept", len(nonces.byKey))
	}
}

func TestSettingsThatCannotBeUnderstoodAreNamed(t *testing.T) {
	for variable, value := range map[string]string{
		"UPSTREAMS": "catalog", "UPSTREAM_TIMEOUT": "soon", "LISTEN": "8080", "ECHO_UDP": "x", "BASE_PATH": "api",
	} {
		if _, err := readConfig(settings(map[string]string{variable: value})); err == nil || !strings.HasPrefix(err.Error(), variable+":") {
			t.Errorf("%s=%s: %v", variable, value, err)
		}
	}
}

func TestEchoes(t *testing.T) {
	// An address of loopback's that follows from the process: no outgoing connection has it, nor a run of the tests beside this one.
	pid := os.Getpid()
	address := fmt.Sprintf("127.%d.%d.%d:3901", 1+pid>>16&0x7f, pid>>8&0xff, pid&0xff)
	for network, echo := range map[string]func(context.Context, string) error{"tcp": echoTCP, "udp": echoUDP} {
		if err := echo(t.Context(), address); err != nil {
			t.Fatal(err)
		}
		connection, err := net.Dial(network, address)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		_ = connection.SetDeadline(time.Now().Add(60 * time.Second))
		buffer := make([]byte, 4)
		if _, err := connection.Write([]byte("ping")); err != nil {
			t.Fatal(err)
		}
		if _, err := connection.Read(buffer); err != nil || string(buffer) != "ping" {
			t.Errorf("%s: %q %v", network, buffer, err)
		}
	}
}
