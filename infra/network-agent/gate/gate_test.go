package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

const previous = `{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.244.0.7/24"}]}`

var environment = []string{"CNI_COMMAND=ADD", "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=f00;K8S_POD_UID=u-1"}

func call(t *testing.T, environment []string, socket string) (int, string) {
	t.Helper()
	output := &bytes.Buffer{}
	code := Plugin(environment, strings.NewReader(`{"cniVersion":"0.4.0","name":"network-agent","prevResult":`+previous+`}`), output, socket)
	return code, strings.TrimSpace(output.String())
}

func serve(t *testing.T, admit func(context.Context, Arrival) error) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "gate.sock")
	if err := Serve(t.Context(), socket, admit); err != nil {
		t.Fatal(err)
	}
	return socket
}

func TestAPodPassesWhenItsPoliciesAreInForce(t *testing.T) {
	seen := make(chan Arrival, 1)
	socket := serve(t, func(_ context.Context, arrival Arrival) error {
		seen <- arrival
		return nil
	})
	code, output := call(t, environment, socket)
	if code != 0 || output != previous {
		t.Errorf("exit code %d, output %s", code, output)
	}
	if got, want := <-seen, (Arrival{Namespace: "shop", Name: "web", UID: "u-1", Address: "10.244.0.7"}); got != want {
		t.Errorf("announced %+v, want %+v", got, want)
	}
}

func TestAPodDoesNotStartWhenItsPoliciesAreNotInForce(t *testing.T) {
	socket := serve(t, func(context.Context, Arrival) error { return errors.New("the kernel refuses") })
	code, output := call(t, environment, socket)
	failure := struct {
		Code    int
		Message string `json:"msg"`
	}{}
	if err := json.Unmarshal([]byte(output), &failure); err != nil {
		t.Fatal(err)
	}
	if code == 0 || failure.Code != 11 || !strings.Contains(failure.Message, "the kernel refuses") {
		t.Errorf("exit code %d, output %s", code, output)
	}
}

func TestAPodPassesWhereNoPolicyRoleRuns(t *testing.T) {
	if code, output := call(t, environment, filepath.Join(t.TempDir(), "none.sock")); code != 0 || output != previous {
		t.Errorf("exit code %d, output %s", code, output)
	}
}

func TestOnlyAnAdditionIsAnnounced(t *testing.T) {
	socket := serve(t, func(context.Context, Arrival) error {
		t.Error("announced")
		return nil
	})
	for _, command := range []string{"DEL", "CHECK", "GC", "STATUS"} {
		if code, output := call(t, []string{"CNI_COMMAND=" + command}, socket); code != 0 || output != "" {
			t.Errorf("%s: exit code %d, output %q", command, code, output)
		}
	}
	if code, output := call(t, []string{"CNI_COMMAND=VERSION"}, socket); code != 0 || !strings.Contains(output, `"0.4.0"`) {
		t.Errorf("VERSION: exit code %d, output %s", code, output)
	}
}
