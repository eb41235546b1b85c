package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	maxBody   = 64 << 10
	maxHeader = 64 << 10
)

// http sends one request over one fresh connection.
func (v *vantage) http(ctx context.Context, r request) result {
	target, err := url.Parse(r.URL)
	if err != nil || target.Hostname() == "" || (target.Scheme != "http" && target.Scheme != "https") {
		return fail(proberError, "url: %q is no http or https address", r.URL).result()
	}
	host, port, failed := endpoint(target, r.ConnectTo)
	if failed != nil {
		return failed.result()
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, nil)
	if err != nil {
		return fail(proberError, "%s", err).result()
	}
	// Present and empty: net/http then sends none.
	request.Header.Set("User-Agent", "")
	for name, value := range r.Headers {
		if strings.EqualFold(name, "Host") {
			request.Host = value
		} else {
			request.Header.Set(name, value)
		}
	}
	request.Close = true

	connection, failed := v.dial(ctx, "tcp", host, port)
	if failed != nil {
		return failed.result()
	}
	defer connection.Close()
	ended := between(connection)
	said := &httpResult{Headers: map[string]string{}}
	if target.Scheme == "https" {
		connection, failed = v.handshake(ctx, connection, target.Hostname(), r.Insecure, said)
		if failed != nil {
			ended.Outcome, ended.Detail = failed.outcome, failed.detail
			if said.Certificate != nil {
				ended.HTTP = said
			}
			return ended
		}
	}
	made := func(context.Context, string, string) (net.Conn, error) { return connection, nil }
	transport := &http.Transport{
		DialContext: made, DialTLSContext: made, DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxHeader,
	}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err == nil {
		defer response.Body.Close()
		said.Status = response.StatusCode
		for name, values := range response.Header {
			said.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
		var body []byte
		body, err = io.ReadAll(io.LimitReader(response.Body, maxBody))
		said.Body = text(body)
	}
	if err != nil {
		failed := classify(err, protocolError)
		ended.Outcome, ended.Detail = failed.outcome, failed.detail
		if errors.Is(err, io.EOF) {
			ended.Detail = "closed without an answer"
		}
	}
	if said.Status != 0 || said.Certificate != nil {
		ended.HTTP = said
	}
	return ended
}

// endpoint is where to connect: what the request names, else the URL's host.
func endpoint(target *url.URL, connectTo string) (host string, port int, failed *failure) {
	host, portText := target.Hostname(), target.Port()
	if connectTo != "" {
		var err error
		if host, portText, err = net.SplitHostPort(connectTo); err != nil {
			return "", 0, fail(proberError, "connectTo: %s", err)
		}
	}
	if portText == "" {
		portText = map[string]string{"http": "80", "https": "443"}[target.Scheme]
	}
	port, err := strconv.Atoi(portText)
	if err != nil || port < 1 || port > 65535 {
		return "", 0, fail(proberError, "%q is no port", portText)
	}
	return host, port, nil
}

// handshake ends in a TLS connection, or in a failure of the kind at which it stopped.
func (v *vantage) handshake(ctx context.Context, plain net.Conn, host string, insecure bool, said *httpResult) (net.Conn, *failure) {
	connection := tls.Client(plain, &tls.Config{
		ServerName: host,
		// Checked below, so that a certificate that fails is reported all the same.
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			var problem error
			said.Certificate, problem = v.inspect(state, host)
			if insecure {
				return nil
			}
			return problem
		},
	})
	err := connection.HandshakeContext(ctx)
	switch {
	case err == nil:
		return connection, nil
	case ctx.Err() != nil:
		return plain, classify(ctx.Err(), proberError)
	case errors.Is(err, io.EOF):
		return plain, fail(tlsError, "closed during the TLS handshake")
	}
	return plain, classify(err, tlsError)
}
