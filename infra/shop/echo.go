package main

import (
	"context"
	"io"
	"net"
	"time"
)

// echoIdle is how long a silent TCP echo connection is kept.
const echoIdle = 5 * time.Minute

// echoTCP answers each connection with what it sends, until the context ends.
func echoTCP(ctx context.Context, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				_ = connection.SetDeadline(time.Now().Add(echoIdle))
				_, _ = io.Copy(connection, connection)
			}()
		}
	}()
	return nil
}

// echoUDP answers each datagram with itself, until the context ends.
func echoUDP(ctx context.Context, address string) error {
	socket, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = socket.Close() })
	go func() {
		buffer := make([]byte, 64<<10)
		for ctx.Err() == nil {
			size, from, err := socket.ReadFrom(buffer)
			if err == nil {
				_, _ = socket.WriteTo(buffer[:size], from)
			}
		}
	}()
	return nil
}
