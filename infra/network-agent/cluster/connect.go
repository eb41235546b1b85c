// Package cluster connects the agent to the Kubernetes API and keeps local copies of what it reads.
package cluster

import (
	"fmt"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Connection holds one REST client for each API group that the agent reads. A scheme of just these two groups keeps the
// program at a third of the size and start time that the full client set would have.
type Connection struct {
	Core       *rest.RESTClient
	Networking *rest.RESTClient
}

// Options say where the address and the identity come from.
type Options struct {
	// KubeletConf is the node's own kubeconfig. Only the server address is read from it: the agent must reach the API
	// where kubelet does, not through the Service address, which needs a working kube-proxy.
	KubeletConf string
	// Server overrides the address found in KubeletConf, when not empty.
	Server string
	// Account is the folder of the pod's ServiceAccount: token and ca.crt.
	Account string
}

// Connect prepares the clients. It makes no request.
func Connect(options Options) (*Connection, error) {
	server := options.Server
	if server == "" {
		found, err := serverOf(options.KubeletConf)
		if err != nil {
			return nil, err
		}
		server = found
	}
	config := &rest.Config{
		Host:            server,
		BearerTokenFile: filepath.Join(options.Account, "token"),
		TLSClientConfig: rest.TLSClientConfig{CAFile: filepath.Join(options.Account, "ca.crt")},
		UserAgent:       "network-agent",
		QPS:             20,
		Burst:           40,
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, networkingv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("preparing the scheme: %w", err)
		}
	}
	codecs := serializer.NewCodecFactory(scheme).WithoutConversion()
	client := func(apiPath string, version schema.GroupVersion) (*rest.RESTClient, error) {
		of := rest.CopyConfig(config)
		of.APIPath = apiPath
		of.GroupVersion = &version
		of.NegotiatedSerializer = codecs
		of.ContentType = runtime.ContentTypeProtobuf
		of.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
		return rest.RESTClientFor(of)
	}
	core, err := client("/api", corev1.SchemeGroupVersion)
	if err != nil {
		return nil, fmt.Errorf("core client: %w", err)
	}
	networking, err := client("/apis", networkingv1.SchemeGroupVersion)
	if err != nil {
		return nil, fmt.Errorf("networking client: %w", err)
	}
	return &Connection{Core: core, Networking: networking}, nil
}

// serverOf reads the API server's address from a kubeconfig: the server of its current context's cluster.
func serverOf(path string) (string, error) {
	file, err := clientcmd.LoadFromFile(path)
	if err != nil {
		return "", fmt.Errorf("reading the API server's address: %w", err)
	}
	name := ""
	if current, ok := file.Contexts[file.CurrentContext]; ok {
		name = current.Cluster
	}
	cluster, ok := file.Clusters[name]
	if !ok || cluster.Server == "" {
		return "", fmt.Errorf("%s names no API server in its current context", path)
	}
	return cluster.Server, nil
}
