// Package cni writes the node's CNI configuration, from which containerd connects pods.
package cni

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
)

// FileName of the configuration in the CNI folder. containerd takes the first in alphabetical order.
const FileName = "10-network-agent.conflist"

// GatePlugin is the name of the agent's own plugin: it holds a pod's start until its policies are in force.
const GatePlugin = "network-policy-gate"

// Settings of one node.
type Settings struct {
	PodRange netip.Prefix
	// MTU of the pods' interfaces, in bytes.
	MTU int
	// Gate adds the agent's own plugin to the chain.
	Gate bool
}

// Conflist renders the configuration: a veth pair per pod with a route to the node (ptp), addresses from the node's range
// (host-local), host ports (portmap). Leases live below /run, so that they end with the node's processes, as pods do.
func Conflist(settings Settings) ([]byte, error) {
	type object = map[string]any
	plugins := []object{
		{
			"type": "ptp", "ipMasq": false, "mtu": settings.MTU,
			"ipam": object{
				"type": "host-local", "dataDir": "/run/cni-ipam-state",
				"routes": []object{{"dst": "0.0.0.0/0"}},
				"ranges": [][]object{{{"subnet": settings.PodRange.String()}}},
			},
		},
		{"type": "portmap", "capabilities": object{"portMappings": true}},
	}
	if settings.Gate {
		plugins = append(plugins, object{"type": GatePlugin})
	}
	text, err := json.MarshalIndent(object{"cniVersion": "0.4.0", "name": "network-agent", "plugins": plugins}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("rendering the CNI configuration: %w", err)
	}
	return append(text, '\n'), nil
}

// Write puts content into folder/name in one step, so that no reader ever sees half a file. It reports whether the file
// changed. The temporary name ends so that containerd does not take it for a configuration.
func Write(folder, name string, content []byte, mode os.FileMode) (bool, error) {
	path := filepath.Join(folder, name)
	if existing, err := os.ReadFile(path); err == nil && bytes.Equal(existing, content) {
		return false, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return false, err
	}
	file, err := os.CreateTemp(folder, "."+name+".*.partial")
	if err != nil {
		return false, err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(content)
	for _, step := range []func() error{func() error { return file.Chmod(mode) }, file.Sync, file.Close} {
		if next := step(); err == nil {
			err = next
		}
	}
	if err != nil {
		return false, fmt.Errorf("writing %s: %w", path, err)
	}
	return true, os.Rename(file.Name(), path)
}
