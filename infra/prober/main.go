// Command prober sends HTTP, DNS, TCP and UDP probes from within the network
// namespaces of pods and containers. It is asked over a Unix socket; README.md
// has the wire format.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if len(os.Args) == 2 && os.Args[1] == "hold" {
		// A container that only holds a network namespace, for probes to stand in.
		<-ctx.Done()
		return
	}
	socket := flag.String("socket", "/run/prober/prober.sock", "where to listen")
	flag.Parse()
	if err := run(ctx, *socket); err != nil {
		fmt.Fprintln(os.Stderr, "prober:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, socket string) error {
	space, err := openHome()
	if err != nil {
		return err
	}
	listener, err := listen(socket)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	server := newServer(&prober{finder: newFinder("/proc"), spaces: space})
	var connections sync.WaitGroup
	defer connections.Wait()
	for {
		connection, err := listener.Accept()
		if ctx.Err() != nil {
			_ = os.Remove(socket)
			return nil
		}
		if err != nil {
			return err
		}
		connections.Go(func() { server.serve(ctx, connection) })
	}
}

// listen makes the socket under a passing name and renames it, so that whoever
// sees it can connect. It belongs to the owner of its directory, mode 0600.
func listen(path string) (*net.UnixListener, error) {
	passing := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%d.sock", os.Getpid()))
	if err := os.Remove(passing); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	old := syscall.Umask(0o177)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: passing, Net: "unix"})
	syscall.Umask(old)
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false)
	if about, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, err
	} else if owner := about.Sys().(*syscall.Stat_t); int(owner.Uid) != os.Getuid() {
		if err := os.Chown(passing, int(owner.Uid), int(owner.Gid)); err != nil {
			return nil, err
		}
	}
	return listener, os.Rename(passing, path)
}
