package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// largestAnswer bounds what is embedded of an upstream's answer.
const largestAnswer = 256 << 10

// caller is the shop's own client: a fresh name lookup and connection for each call. Go's resolver lets lookups of one
// name that run at once share an answer, and with it a query that was lost; a resolver shares with itself alone.
type caller struct {
	client  *http.Client
	timeout time.Duration
}

// newCaller's resolver reaches its name servers through dialDNS; nil is the network.
func newCaller(timeout time.Duration, dialDNS func(ctx context.Context, network, address string) (net.Conn, error)) caller {
	dialAfresh := func(ctx context.Context, network, address string) (net.Conn, error) {
		resolver := &net.Resolver{PreferGo: true, Dial: dialDNS}
		return (&net.Dialer{Resolver: resolver}).DialContext(ctx, network, address)
	}
	return caller{
		timeout: timeout,
		client: &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport:     &http.Transport{DisableKeepAlives: true, DialContext: dialAfresh},
		},
	}
}

// call asks an upstream and returns its answer: the JSON value, or text where it is no JSON.
// The error is in the words of the system's network calls, without the URL around it.
func (c caller) call(ctx context.Context, target, nonce string) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	if nonce != "" {
		request.Header.Set(nonceHeader, nonce)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, c.plain(ctx, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	if err != nil {
		return nil, c.plain(ctx, err)
	}
	var said any
	if json.Unmarshal(body, &said) != nil {
		said = string(body)
	}
	if response.StatusCode >= 400 {
		return said, fmt.Errorf("answered %s", response.Status)
	}
	return said, nil
}

func (c caller) plain(ctx context.Context, err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		var op *net.OpError
		if errors.As(err, &op) {
			return fmt.Errorf("%w (gave up after %s)", err, c.timeout)
		}
		return fmt.Errorf("no answer within %s", c.timeout)
	}
	return err
}
