// Command network-agent connects the pods of a cluster's nodes (role "routes") and enforces NetworkPolicy (role
// "policy"). The two roles are separate processes, so that one can be kept off a node without the other. Called by the
// name of its CNI plugin it is that plugin.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"faultline.dev/network-agent/cluster"
	"faultline.dev/network-agent/cni"
	"faultline.dev/network-agent/gate"
	"faultline.dev/network-agent/nft"
	"faultline.dev/network-agent/routes"
	"sigs.k8s.io/knftables"
)

func main() {
	if filepath.Base(os.Args[0]) == cni.GatePlugin {
		os.Exit(gate.Plugin(os.Environ(), os.Stdin, os.Stdout, gate.Socket))
	}
	if err := run(os.Args[1:]); err != nil {
		slog.Error("stopped", "error", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return fmt.Errorf("usage: network-agent routes|policy [flags]")
	}
	role := arguments[0]
	flags := flag.NewFlagSet("network-agent "+role, flag.ContinueOnError)
	node := flags.String("node", os.Getenv("NODE_NAME"), "name of this node")
	server := flags.String("server", "", "address of the API server (default: the one in -kubelet-conf)")
	kubeletConf := flags.String("kubelet-conf", "/etc/kubernetes/kubelet.conf", "kubelet's kubeconfig, read for the API server's address only")
	account := flags.String("account", "/var/run/secrets/kubernetes.io/serviceaccount", "folder of the ServiceAccount's token and ca.crt")
	ready := flags.String("ready", "", "address for GET /ready, as 127.0.0.1:10281; empty for none")
	resync := flags.Duration("resync", 30*time.Second, "how often everything is put right again even though nothing was heard")
	cniFolder := flags.String("cni-folder", "/etc/cni/net.d", "where the CNI configuration goes")
	cniPrograms := flags.String("cni-programs", "/opt/cni/bin", "folders where the policy gate is installed, separated by commas; empty for no gate")
	socket := flags.String("gate-socket", gate.Socket, "where the policy role hears of new pods")
	if err := flags.Parse(arguments[1:]); err != nil {
		return err
	}
	if *node == "" {
		return fmt.Errorf("no node name: set -node or NODE_NAME")
	}
	if err := useSystemOfNode("/"); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	connection, err := cluster.Connect(cluster.Options{KubeletConf: *kubeletConf, Server: *server, Account: *account})
	if err != nil {
		return err
	}
	isReady := &atomic.Bool{}
	if *ready != "" {
		go serveReady(*ready, isReady)
	}
	switch role {
	case "routes":
		for folder := range strings.SplitSeq(*cniPrograms, ",") {
			if folder == "" {
				continue
			}
			if err := gate.Install(folder); err != nil {
				return err
			}
		}
		tables, err := knftables.New(knftables.IPv4Family, routes.Table)
		if err != nil {
			return err
		}
		return routes.Run(ctx, connection, tables, routes.AgentOptions{
			Node: *node, CNIFolder: *cniFolder, Gate: *cniPrograms != "", Resync: *resync, Ready: func() { isReady.Store(true) },
		})
	case "policy":
		tables, err := knftables.New(knftables.IPv4Family, nft.Table)
		if err != nil {
			return err
		}
		return runPolicy(ctx, connection, tables, policyOptions{
			node: *node, socket: *socket, resync: *resync, ready: func() { isReady.Store(true) },
		})
	default:
		return fmt.Errorf("unknown role %q: routes or policy", role)
	}
}

// useSystemOfNode lets the node's nft run in the agent's image, which holds nothing but the agent: the node's /usr is
// mounted, and these are the links that a merged-usr system has beside it.
func useSystemOfNode(root string) error {
	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		path := filepath.Join(root, name)
		if _, err := os.Lstat(path); err == nil {
			continue
		}
		if err := os.Symlink("usr/"+name, path); err != nil {
			return fmt.Errorf("linking to the node's system: %w", err)
		}
	}
	return os.Setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
}

// serveReady answers GET /ready with 200 once the role's work is in place, 503 before.
func serveReady(address string, isReady *atomic.Bool) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(answer http.ResponseWriter, _ *http.Request) {
		if !isReady.Load() {
			answer.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	if err := server.ListenAndServe(); err != nil {
		slog.Error("no readiness answers", "error", err)
	}
}
