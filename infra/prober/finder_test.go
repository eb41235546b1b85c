package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

const uid = "1b4df9f0-2f1a-4f0e-9c3a-5d2f0c1e7a88"

func TestThePodIsReadFromEveryLayoutOfCgroups(t *testing.T) {
	container := "3f1c2a7be4d0"
	slice := "1b4df9f0_2f1a_4f0e_9c3a_5d2f0c1e7a88"
	for layout, lines := range map[string]string{
		"v1, cgroupfs driver": "11:memory:/docker/8d2e/kubelet/kubepods/burstable/pod" + uid + "/" + container + "\n1:name=systemd:/docker/8d2e/kubelet/kubepods/burstable/pod" + uid + "/" + container + "\n0::/\n",
		"v1, systemd driver":  "4:memory:/\n1:name=systemd:/docker/8d2e/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" + slice + ".slice/cri-containerd-" + container + ".scope\n",
		"v2, cgroupfs driver": "0::/system.slice/docker-8d2e.scope/kubelet/kubepods/pod" + uid + "/" + container + "\n",
		"v2, systemd driver":  "0::/../kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + slice + ".slice/cri-containerd-" + container + ".scope\n",
		"the pod's own":       "0::/kubepods/besteffort/pod" + uid + "\n",
	} {
		if got := podOf([]byte(lines)); got != uid {
			t.Errorf("%s: %q", layout, got)
		}
	}
	if got := podOf([]byte("0::/kubepods/burstable/pod0123456789abcdef0123456789abcdef/c\n")); got != "0123456789abcdef0123456789abcdef" {
		t.Errorf("static pod: %q", got)
	}
	for _, other := range []string{"0::/\n", "0::/user.slice/podman-1.scope\n", "0::/docker/8d2e\n", "0::/kubepods/burstable\n"} {
		if got := podOf([]byte(other)); got != "" {
			t.Errorf("%q is taken for pod %s", other, got)
		}
	}
}

// fake writes a process into a stand-in for /proc.
func fake(t *testing.T, proc string, pid, start int, network, mount string, state string, files ...string) {
	t.Helper()
	directory := filepath.Join(proc, strconv.Itoa(pid))
	must(t, os.MkdirAll(filepath.Join(directory, "ns"), 0o755))
	must(t, os.MkdirAll(filepath.Join(directory, "root/etc"), 0o755))
	stat := fmt.Sprintf("%d (a) b) %s 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0", pid, state, start)
	must(t, os.WriteFile(filepath.Join(directory, "stat"), []byte(stat), 0o644))
	must(t, os.WriteFile(filepath.Join(directory, "cgroup"), []byte("0::/kubepods/pod"+uid+"/c"+strconv.Itoa(pid)+"\n"), 0o644))
	must(t, os.Symlink("net:["+network+"]", filepath.Join(directory, "ns/net")))
	must(t, os.Symlink("mnt:["+mount+"]", filepath.Join(directory, "ns/mnt")))
	for _, file := range files {
		must(t, os.WriteFile(filepath.Join(directory, "root", file), []byte("nameserver 10.96.0.10\n"), 0o644))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func found(t *testing.T, f *finder, want int) {
	t.Helper()
	p, err := f.pod(uid)
	if want == 0 && err == nil || want != 0 && (err != nil || p.pid != want) {
		t.Fatalf("got process %d (%v), want %d", p.pid, err, want)
	}
}

func TestAnApplicationIsPreferredToTheSandbox(t *testing.T) {
	proc := t.TempDir()
	f := newFinder(proc)
	found(t, f, 0)
	fake(t, proc, 900, 10, "1", "1", "S", resolvConf)
	found(t, f, 900)
	fake(t, proc, 30, 50, "1", "3", "S", resolvConf)  // a debug container, younger
	fake(t, proc, 950, 20, "1", "2", "Z", resolvConf) // ended
	fake(t, proc, 960, 21, "7", "4", "S", resolvConf) // made a network namespace of its own
	fake(t, proc, 970, 22, "1", "5", "S")             // has no resolver
	found(t, f, 30)
	fake(t, proc, 980, 40, "1", "6", "R", resolvConf)
	f.scan()
	found(t, f, 980)
}

func TestWhatIsRememberedIsCheckedAgain(t *testing.T) {
	proc := t.TempDir()
	f := newFinder(proc)
	fake(t, proc, 10, 1, "1", "1", "S", resolvConf)
	fake(t, proc, 20, 2, "1", "2", "S", resolvConf)
	found(t, f, 20)
	begun := f.begun.Load()
	found(t, f, 20)
	if f.begun.Load() != begun {
		t.Fatal("/proc is scanned again without need")
	}
	// The number is used again by a process that is no pod's; the app has a new one.
	must(t, os.WriteFile(filepath.Join(proc, "20/cgroup"), []byte("0::/init.scope\n"), 0o644))
	fake(t, proc, 30, 3, "1", "3", "S", resolvConf)
	found(t, f, 30)
	must(t, os.RemoveAll(filepath.Join(proc, "10")))
	must(t, os.RemoveAll(filepath.Join(proc, "30")))
	found(t, f, 0)
}

func TestFilesAreReadWithinTheRootAlone(t *testing.T) {
	root := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(root, "etc"), 0o755))
	must(t, os.MkdirAll(filepath.Join(root, "run"), 0o755))
	must(t, os.Symlink("/run/resolv.conf", filepath.Join(root, resolvConf)))
	if hasFile(root, resolvConf) {
		t.Fatal("a dangling link counts as a file")
	}
	must(t, os.WriteFile(filepath.Join(root, "run/resolv.conf"), []byte("inside"), 0o644))
	if text, err := readInRoot(root, resolvConf); err != nil || string(text) != "inside" {
		t.Fatalf("%q %v", text, err)
	}
	must(t, os.Remove(filepath.Join(root, resolvConf)))
	must(t, os.Symlink("../../../../../../etc/passwd", filepath.Join(root, resolvConf)))
	if hasFile(root, resolvConf) {
		t.Fatal("a link leads out of the root")
	}
}
