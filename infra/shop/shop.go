package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

const nonceHeader = "X-Faultline-Nonce"

// shop is the workload's HTTP side.
type shop struct {
	config config
	pod    string
	nonces *nonces
	calls  caller
	mutex  sync.Mutex
	log    *json.Encoder
}

func newShop(config config, log io.Writer) *shop {
	pod, _ := os.Hostname()
	return &shop{config: config, pod: pod, nonces: newNonces(), calls: newCaller(config.upstreamTimeout, nil), log: json.NewEncoder(log)}
}

// answer is every business answer; empty fields stay away.
type answer struct {
	App       string   `json:"app"`
	Pod       string   `json:"pod"`
	Namespace string   `json:"namespace,omitempty"`
	Items     []string `json:"items,omitempty"`
	Upstream  string   `json:"upstream,omitempty"`
	Answer    any      `json:"answer,omitempty"`
	Error     string   `json:"error,omitempty"`
}

type logLine struct {
	Time     time.Time `json:"time"`
	App      string    `json:"app"`
	Method   string    `json:"method,omitempty"`
	Path     string    `json:"path,omitempty"`
	Status   int       `json:"status,omitempty"`
	MS       float64   `json:"ms,omitempty"`
	Remote   string    `json:"remote,omitempty"`
	Upstream string    `json:"upstream,omitempty"`
	Error    string    `json:"error,omitempty"`
	Message  string    `json:"message,omitempty"`
	Listen   []string  `json:"listen,omitempty"`
}

func (s *shop) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	path := request.URL.Path
	if path == s.config.healthPath || path == s.config.readyPath {
		_, _ = io.WriteString(response, "ok\n")
		return
	}
	begun := time.Now()
	s.nonces.remember(request.Header.Get(nonceHeader), request, begun)
	status, body := s.business(request)
	body.App, body.Pod, body.Namespace = s.config.name, s.pod, s.config.namespace
	writeJSON(response, status, body)
	s.write(logLine{
		Method: request.Method, Path: path, Status: status, Remote: request.RemoteAddr, Upstream: body.Upstream, Error: body.Error,
		MS: float64(time.Since(begun).Microseconds()) / 1000,
	})
}

// business answers the routes that users ask for.
func (s *shop) business(request *http.Request) (int, answer) {
	if len(s.config.missing) > 0 {
		return http.StatusInternalServerError, answer{Error: "not configured: " + strings.Join(s.config.missing, ", ") + " is not set"}
	}
	path, inside := strings.CutPrefix(request.URL.Path, s.config.basePath)
	if !inside || (path != "" && path[0] != '/') {
		return http.StatusNotFound, answer{Error: "nothing at " + request.URL.Path}
	}
	path = strings.TrimPrefix(path, "/")
	if path == "" {
		return http.StatusOK, answer{Items: s.config.items}
	}
	path = strings.TrimPrefix(path, "via/")
	name, rest, deeper := strings.Cut(path, "/")
	for _, upstream := range s.config.upstreams {
		if upstream.name != name {
			continue
		}
		target := *upstream.url
		if deeper {
			target = *target.JoinPath(rest)
		}
		if request.URL.RawQuery != "" {
			target.RawQuery = request.URL.RawQuery
		}
		said, err := s.calls.call(request.Context(), target.String(), request.Header.Get(nonceHeader))
		if err != nil {
			return http.StatusBadGateway, answer{Upstream: name, Answer: said, Error: name + ": " + err.Error()}
		}
		return http.StatusOK, answer{Upstream: name, Answer: said}
	}
	return http.StatusNotFound, answer{Error: "nothing at " + request.URL.Path}
}

func (s *shop) note(message string, listen []string) {
	s.write(logLine{Message: message, Listen: listen})
}

func (s *shop) write(line logLine) {
	line.Time, line.App = time.Now().UTC(), s.config.name
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_ = s.log.Encode(line)
}

func writeJSON(response http.ResponseWriter, status int, body any) {
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(status)
	_ = json.NewEncoder(response).Encode(body)
}
