package main

import (
	"net/http"
	"sync"
	"time"
)

// remembered is how many nonces an instance keeps.
const remembered = 4096

// longestNonce bounds what a stranger can make the instance keep.
const longestNonce = 256

// sighting is when and how a nonce was first seen.
type sighting struct {
	Seen   bool      `json:"seen"`
	At     time.Time `json:"at"`
	Remote string    `json:"remote"`
	Path   string    `json:"path"`
	Host   string    `json:"host"`
	Count  int       `json:"count"`
}

// nonces remembers the latest nonces, oldest forgotten first.
type nonces struct {
	mutex sync.Mutex
	byKey map[string]*sighting
	order []string
	next  int
}

func newNonces() *nonces {
	return &nonces{byKey: make(map[string]*sighting), order: make([]string, remembered)}
}

func (n *nonces) remember(nonce string, request *http.Request, at time.Time) {
	if nonce == "" || len(nonce) > longestNonce {
		return
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if known := n.byKey[nonce]; known != nil {
		known.Count++
		return
	}
	delete(n.byKey, n.order[n.next])
	n.order[n.next] = nonce
	n.next = (n.next + 1) % remembered
	n.byKey[nonce] = &sighting{Seen: true, At: at.UTC(), Remote: request.RemoteAddr, Path: request.URL.Path, Host: request.Host, Count: 1}
}

// ServeHTTP answers GET /internal/seen?nonce=…
func (n *nonces) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	if request.URL.Path != "/internal/seen" {
		http.NotFound(response, request)
		return
	}
	n.mutex.Lock()
	known := n.byKey[request.URL.Query().Get("nonce")]
	var answer any = map[string]bool{"seen": false}
	if known != nil {
		answer = *known
	}
	n.mutex.Unlock()
	writeJSON(response, http.StatusOK, answer)
}
