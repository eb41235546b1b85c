package gate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"faultline.dev/network-agent/cni"
)

// configuration is the part of a CNI network configuration that the plugin looks at.
type configuration struct {
	Version  string          `json:"cniVersion"`
	Previous json.RawMessage `json:"prevResult"`
}

type result struct {
	IPs []struct {
		Address string `json:"address"`
	} `json:"ips"`
}

// Plugin serves one call of the CNI protocol (containernetworking.github.io, versions 0.3.1 to 1.1.0): environment and
// standard input in, standard output out. It returns the exit code.
func Plugin(environment []string, input io.Reader, output io.Writer, socket string) int {
	variables := map[string]string{}
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		variables[name] = value
	}
	if variables["CNI_COMMAND"] == "VERSION" {
		return write(output, map[string]any{"cniVersion": "1.0.0", "supportedVersions": []string{"0.3.1", "0.4.0", "1.0.0", "1.1.0"}})
	}
	if variables["CNI_COMMAND"] != "ADD" {
		return 0
	}
	config := configuration{}
	if err := json.NewDecoder(input).Decode(&config); err != nil {
		return refuse(output, config, fmt.Errorf("reading the configuration: %w", err))
	}
	arrival, err := arrivalOf(variables["CNI_ARGS"], config)
	if err != nil {
		return refuse(output, config, err)
	}
	if err := announce(socket, arrival); err != nil {
		return refuse(output, config, err)
	}
	return write(output, config.Previous)
}

func arrivalOf(arguments string, config configuration) (Arrival, error) {
	arrival, previous := Arrival{}, result{}
	if err := json.Unmarshal(config.Previous, &previous); err != nil {
		return arrival, fmt.Errorf("reading the result of the plugins before: %w", err)
	}
	for _, entry := range previous.IPs {
		if prefix, err := netip.ParsePrefix(entry.Address); err == nil && prefix.Addr().Is4() {
			arrival.Address = prefix.Addr().String()
		}
	}
	for pair := range strings.SplitSeq(arguments, ";") {
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case "K8S_POD_NAMESPACE":
			arrival.Namespace = value
		case "K8S_POD_NAME":
			arrival.Name = value
		case "K8S_POD_UID":
			arrival.UID = value
		}
	}
	return arrival, nil
}

// announce waits until the policy role has the pod's policies in force. Nobody listening is no error.
func announce(socket string, arrival Arrival) error {
	connection, err := net.DialTimeout("unix", socket, Patience)
	if err != nil {
		return nil
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(Patience)); err != nil {
		return err
	}
	if err := json.NewEncoder(connection).Encode(arrival); err != nil {
		return fmt.Errorf("telling the policy role: %w", err)
	}
	answer := Answer{}
	if err := json.NewDecoder(connection).Decode(&answer); err != nil {
		return fmt.Errorf("waiting for the pod's policies: %w", err)
	}
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	return nil
}

func write(output io.Writer, value any) int {
	if err := json.NewEncoder(output).Encode(value); err != nil {
		return 1
	}
	return 0
}

func refuse(output io.Writer, config configuration, err error) int {
	// 11 is the protocol's "try again later".
	write(output, map[string]any{"cniVersion": config.Version, "code": 11, "msg": "network policy: " + err.Error()})
	return 1
}

// Install puts this very program into the node's folder of CNI plugins, under the plugin's name.
func Install(folder string) error {
	own, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	content, err := os.ReadFile(filepath.Clean(own))
	if err != nil {
		return fmt.Errorf("reading this program: %w", err)
	}
	if _, err := cni.Write(folder, cni.GatePlugin, content, 0o755); err != nil {
		return fmt.Errorf("installing the policy gate: %w", err)
	}
	return nil
}
