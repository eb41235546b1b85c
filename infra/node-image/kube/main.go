// Command kube is Kubernetes as one program: every component is chosen by the
// name it is called by, so that one file (and one image layer) serves the API
// server, the kubelet, etcd, kubectl and agnhost alike.
//
// A symbolic link per component gives it its usual name. Where no link helps,
// `kube <component> [argument…]` does the same.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
)

func main() {
	name := filepath.Base(os.Args[0])
	run, found := components[name]
	if !found && len(os.Args) > 1 {
		name = os.Args[1]
		if run, found = components[name]; found {
			os.Args = os.Args[1:]
		}
	}
	if !found {
		fmt.Fprintf(os.Stderr, "kube: no component is called %q; there are: %s\n", name, strings.Join(names(), ", "))
		os.Exit(2)
	}
	os.Exit(run())
}

// names lists the components in alphabetical order.
func names() []string {
	all := make([]string, 0, len(components))
	for name := range components {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
