// Command shop plays one workload of a small web shop. Its role, its listeners
// and the services it calls come from the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// seenAddress answers questions about nonces; loopback, so only from within the pod.
const seenAddress = "127.0.0.1:9901"

func main() {
	config, err := readConfig(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, config); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until the context ends, then lets open requests come to their end.
func run(ctx context.Context, config config) error {
	shop := newShop(config, os.Stdout)
	failed := make(chan error, 1)
	var servers []*http.Server
	serve := func(address string, handler http.Handler) error {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
		servers = append(servers, server)
		go func() {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
		return nil
	}
	for _, address := range config.listen {
		if err := serve(address, shop); err != nil {
			return err
		}
	}
	// Another container of the pod may have it already: the shop itself works all the same.
	if err := serve(seenAddress, shop.nonces); err != nil && !errors.Is(err, syscall.EADDRINUSE) {
		return err
	}
	for _, address := range config.echoTCP {
		if err := echoTCP(ctx, address); err != nil {
			return err
		}
	}
	for _, address := range config.echoUDP {
		if err := echoUDP(ctx, address); err != nil {
			return err
		}
	}
	shop.note("listening", config.listen)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	shop.note("stopping", nil)
	ending, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, server := range servers {
		if err := server.Shutdown(ending); err != nil {
			return fmt.Errorf("requests did not end in time: %w", err)
		}
	}
	return nil
}
