package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// All of 41 capabilities but CAP_SYS_RESOURCE (bit 24), and at most 20,000 open files.
var lacking = host{bounding: 0x1fffeffffff, hard: map[string]uint64{"RLIMIT_NOFILE": 20_000}}

func TestAPrivilegedBundleLosesOnlyWhatTheHostLacks(t *testing.T) {
	config := `{"ociVersion":"1.0","process":{"args":["a"],"capabilities":{"bounding":["CAP_CHOWN","CAP_SYS_RESOURCE"],"effective":["CAP_SYS_RESOURCE"]}},"x":{"deep":1e30}}`
	out, err := strip([]byte(config), false, lacking)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "CAP_SYS_RESOURCE") || !strings.Contains(string(out), "CAP_CHOWN") {
		t.Errorf("capabilities: %s", out)
	}
	if !strings.Contains(string(out), `"effective":[]`) || !strings.Contains(string(out), `{"deep":1e30}`) {
		t.Errorf("the rest must stay: %s", out)
	}
}

func TestAProcessOfExecIsTheFileItself(t *testing.T) {
	out, err := strip([]byte(`{"args":["a"],"capabilities":{"permitted":["CAP_SYS_RESOURCE","CAP_BPF"]}}`), true, lacking)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != `{"args":["a"],"capabilities":{"permitted":["CAP_BPF"]}}` {
		t.Errorf("got %s", out)
	}
}

func TestAnOrdinaryContainerIsUntouched(t *testing.T) {
	config := `{ "process": {"capabilities":{"bounding":["CAP_CHOWN"]}, "rlimits":[{"type":"RLIMIT_NOFILE","hard":1024,"soft":1024}]} }`
	out, err := strip([]byte(config), false, lacking)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != config {
		t.Errorf("got %s", out)
	}
}

func TestALimitAboveTheHostsIsLowered(t *testing.T) {
	out, err := strip([]byte(`{"rlimits":[{"type":"RLIMIT_NOFILE","hard":1048576,"soft":1048576}]}`), true, lacking)
	if err != nil {
		t.Fatal(err)
	}
	var process struct{ Rlimits []struct{ Hard, Soft uint64 } }
	if err := json.Unmarshal(out, &process); err != nil {
		t.Fatal(err)
	}
	if process.Rlimits[0].Hard != 20_000 || process.Rlimits[0].Soft != 20_000 {
		t.Errorf("got %+v", process)
	}
}

func TestTheFileIsFoundAsContainerdsShimCalls(t *testing.T) {
	shim := []string{"--root", "/run/x", "--log", "/l", "--log-format", "json", "--systemd-cgroup"}
	for _, one := range []struct {
		args []string
		file string
		top  bool
	}{
		{[]string{"create", "--bundle", "/b", "--pid-file", "/p", "id"}, "/b/config.json", false},
		{[]string{"run", "-b=/b", "id"}, "/b/config.json", false},
		{[]string{"create", "id"}, "config.json", false},
		{[]string{"exec", "--process", "/tmp/process", "--detach", "id"}, "/tmp/process", true},
		{[]string{"exec", "id", "sh"}, "", false},
		{[]string{"kill", "id", "9"}, "", false},
	} {
		if file, top := target(append(shim[:len(shim):len(shim)], one.args...)); file != one.file || top != one.top {
			t.Errorf("%v: got %q %v", one.args, file, top)
		}
	}
}
