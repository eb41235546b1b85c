package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"
)

// prober runs single probes.
type prober struct {
	finder *finder
	spaces *spaces
}

// run ends within the context's time and returns what came of it, without id and duration.
func (p *prober) run(ctx context.Context, r request) result {
	vantage, failed := p.stand(r.From)
	if failed != nil {
		return failed.result()
	}
	defer vantage.close()
	switch r.Kind {
	case "http":
		return vantage.http(ctx, r)
	case "dns":
		return vantage.dns(ctx, r)
	case "tcp":
		return vantage.tcp(ctx, r)
	case "flow":
		return vantage.flow(r)
	default:
		return vantage.udp(ctx, r)
	}
}

func (v *vantage) tcp(ctx context.Context, r request) result {
	connection, failed := v.dial(ctx, "tcp", r.Host, r.Port)
	if failed != nil {
		return failed.result()
	}
	defer connection.Close()
	return between(connection)
}

func (v *vantage) udp(ctx context.Context, r request) result {
	connection, failed := v.dial(ctx, "udp", r.Host, r.Port)
	if failed != nil {
		return failed.result()
	}
	defer connection.Close()
	defer context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Unix(1, 0)) })()
	payload := "faultline"
	if r.Payload != nil {
		payload = *r.Payload
	}
	ended := between(connection)
	buffer := make([]byte, 64<<10)
	_, err := connection.Write([]byte(payload))
	size := 0
	if err == nil {
		size, err = connection.Read(buffer)
	}
	if err != nil {
		failed := classify(err, proberError)
		ended.Outcome, ended.Detail = failed.outcome, "udp "+ended.Remote+": "+failed.detail
		return ended
	}
	ended.UDP = &udpResult{Payload: text(buffer[:size])}
	return ended
}

// between is an answered result with the connection's two ends.
func between(connection net.Conn) result {
	return result{Outcome: answered, Remote: connection.RemoteAddr().String(), Local: connection.LocalAddr().String()}
}

// text is bytes as JSON can bear them.
func text(bytes []byte) string {
	return strings.ToValidUTF8(string(bytes), "\uFFFD")
}

func (f from) String() string {
	if f.PodUID != "" {
		return "pod " + f.PodUID
	}
	return fmt.Sprintf("process %d", f.PID)
}

// normalUID is a UID as podOf gives it.
func normalUID(uid string) string {
	return strings.ToLower(strings.ReplaceAll(uid, "_", "-"))
}
