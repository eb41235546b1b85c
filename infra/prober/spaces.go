package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// spaces makes sockets in other network namespaces. A socket belongs to the
// namespace in which it was made, so a thread visits it just for that call.
type spaces struct {
	home int
}

// openHome remembers the prober's own namespace, to return to.
func openHome() (*spaces, error) {
	fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	return &spaces{home: fd}, err
}

// socket makes a non-blocking socket in a namespace.
func (s *spaces) socket(namespace, family, kind, protocol int) (fd int, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err = unix.Setns(namespace, unix.CLONE_NEWNET); err != nil {
			runtime.UnlockOSThread()
			return
		}
		fd, err = unix.Socket(family, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, protocol)
		// A thread that can't come home stays locked, and so ends with this goroutine.
		if unix.Setns(s.home, unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
	}()
	<-done
	return fd, err
}

// connect makes a TCP or connected UDP socket in a namespace. The error is the
// system's own; a context that ended gives os.ErrDeadlineExceeded.
func (s *spaces) connect(ctx context.Context, namespace int, network string, to netip.AddrPort) (net.Conn, error) {
	family, kind := unix.AF_INET, unix.SOCK_STREAM
	if network == "udp" {
		kind = unix.SOCK_DGRAM
	}
	var address unix.Sockaddr
	if ip := to.Addr().Unmap(); ip.Is4() {
		address = &unix.SockaddrInet4{Port: int(to.Port()), Addr: ip.As4()}
	} else {
		family, address = unix.AF_INET6, &unix.SockaddrInet6{Port: int(to.Port()), Addr: ip.As16()}
	}
	fd, err := s.socket(namespace, family, kind, 0)
	if err != nil {
		return nil, err
	}
	err = unix.Connect(fd, address)
	file := os.NewFile(uintptr(fd), to.String())
	defer file.Close()
	if errors.Is(err, unix.EINPROGRESS) {
		err = established(ctx, file)
	}
	if err != nil {
		return nil, err
	}
	return net.FileConn(file)
}

// established waits for a connection in progress.
func established(ctx context.Context, file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = file.SetWriteDeadline(time.Unix(1, 0)) })()
	var failure error
	err = raw.Write(func(fd uintptr) bool {
		if _, err := unix.Getpeername(int(fd)); err == nil {
			return true
		}
		number, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		if err != nil {
			failure = err
		} else if number != 0 {
			failure = unix.Errno(number)
		}
		return failure != nil
	})
	if err != nil {
		return err
	}
	return failure
}
