package main

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// vantage is an open network namespace and the root directory that goes with
// it. It is closed when the probe ends: an open namespace outlives its pod.
type vantage struct {
	spaces  *spaces
	network int
	root    string
}

// stand opens the vantage of a request.
func (p *prober) stand(from from) (*vantage, *failure) {
	// A pod's process can end between the look-up and the opening; the second look finds its successor or none.
	for range 2 {
		pid := from.PID
		var chosen process
		var err error
		if from.PodUID != "" {
			if chosen, err = p.finder.pod(normalUID(from.PodUID)); err != nil {
				return nil, fail(noVantage, "no process of pod %s", from.PodUID)
			}
			pid = chosen.pid
		}
		network, err := unix.Open(p.finder.path(pid, "ns/net"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil && from.PodUID != "" {
			if now, again := p.finder.look(pid); again != nil || now.start != chosen.start {
				_ = unix.Close(network)
				continue
			}
		}
		if err == nil {
			return &vantage{spaces: p.spaces, network: network, root: p.finder.path(pid, "root")}, nil
		}
		if !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.ESRCH) {
			return nil, fail(proberError, "cannot open the namespace of process %d: %s", pid, err)
		}
		if from.PID != 0 {
			break
		}
	}
	return nil, fail(noVantage, "no process of %s", from)
}

func (v *vantage) close() { _ = unix.Close(v.network) }

// connect is one attempt at one address.
func (v *vantage) connect(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	return v.spaces.connect(ctx, v.network, network, to)
}

// dial connects to a name or address as the vantage's programs would: the
// addresses of a name one after the other. The failure is the first address's.
func (v *vantage) dial(ctx context.Context, network, host string, port int) (net.Conn, *failure) {
	addresses, failed := v.lookup(ctx, host)
	if failed != nil {
		return nil, failed
	}
	for _, address := range addresses {
		connection, err := v.connect(ctx, network, netip.AddrPortFrom(address, uint16(port)))
		if err == nil {
			return connection, nil
		}
		if failed == nil {
			failed = classify(err, proberError)
			failed.detail = network + " " + netip.AddrPortFrom(address, uint16(port)).String() + ": " + failed.detail
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}
