package cluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// Mirror is a local, watched copy of one kind of object.
type Mirror[T any] struct {
	informer cache.SharedIndexInformer
}

// All returns the copied objects, in no order. They are shared: callers must not change them.
func (m *Mirror[T]) All() []T {
	stored := m.informer.GetStore().List()
	objects := make([]T, 0, len(stored))
	for _, object := range stored {
		if typed, ok := object.(T); ok {
			objects = append(objects, typed)
		}
	}
	return objects
}

// Find returns the object with the key "namespace/name" (or "name").
func (m *Mirror[T]) Find(key string) (T, bool) {
	var none T
	object, found, err := m.informer.GetStore().GetByKey(key)
	if err != nil || !found {
		return none, false
	}
	typed, ok := object.(T)
	return typed, ok
}

// Mirrors starts watches and tells one listener about every change.
type Mirrors struct {
	connection *Connection
	changed    func()
	informers  []cache.SharedIndexInformer
}

// NewMirrors calls changed after each change of any copied object; it must not block.
func NewMirrors(connection *Connection, changed func()) *Mirrors {
	return &Mirrors{connection: connection, changed: changed}
}

// Run starts the watches and returns when each has its first full copy, or an error when ctx ends before.
func (m *Mirrors) Run(ctx context.Context) error {
	synced := []cache.InformerSynced{}
	for _, informer := range m.informers {
		go informer.RunWithContext(ctx)
		synced = append(synced, informer.HasSynced)
	}
	if !cache.WaitForCacheSync(ctx.Done(), synced...) {
		return fmt.Errorf("stopped before the API server answered: %w", context.Cause(ctx))
	}
	return nil
}

// Nodes copies all nodes.
func (m *Mirrors) Nodes() *Mirror[*corev1.Node] {
	return watch[*corev1.Node](m, m.connection.Core, "nodes", "", fields.Everything(), &corev1.Node{}, slimNode)
}

// Pods copies all pods, reduced to what policies look at.
func (m *Mirrors) Pods() *Mirror[*corev1.Pod] {
	return watch[*corev1.Pod](m, m.connection.Core, "pods", "", fields.Everything(), &corev1.Pod{}, slimPod)
}

// Namespaces copies all namespaces.
func (m *Mirrors) Namespaces() *Mirror[*corev1.Namespace] {
	return watch[*corev1.Namespace](m, m.connection.Core, "namespaces", "", fields.Everything(), &corev1.Namespace{}, slimMeta)
}

// NetworkPolicies copies all network policies.
func (m *Mirrors) NetworkPolicies() *Mirror[*networkingv1.NetworkPolicy] {
	return watch[*networkingv1.NetworkPolicy](m, m.connection.Networking, "networkpolicies", "", fields.Everything(), &networkingv1.NetworkPolicy{}, slimMeta)
}

// ConfigMap copies the one ConfigMap of that name.
func (m *Mirrors) ConfigMap(namespace, name string) *Mirror[*corev1.ConfigMap] {
	return watch[*corev1.ConfigMap](m, m.connection.Core, "configmaps", namespace, fields.OneTermEqualSelector("metadata.name", name), &corev1.ConfigMap{}, slimMeta)
}

func watch[T any](m *Mirrors, client *rest.RESTClient, resource, namespace string, which fields.Selector, example runtime.Object, slim cache.TransformFunc) *Mirror[T] {
	source := cache.NewListWatchFromClient(client, resource, namespace, which)
	informer := cache.NewSharedIndexInformer(source, example, 0, cache.Indexers{})
	// Both setters only fail on an informer that already runs.
	_ = informer.SetTransform(slim)
	tell := func(any) { m.changed() }
	_, _ = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    tell,
		UpdateFunc: func(_, _ any) { m.changed() },
		DeleteFunc: tell,
	})
	m.informers = append(m.informers, informer)
	return &Mirror[T]{informer: informer}
}

func slimMeta(object any) (any, error) {
	if accessor, ok := object.(metav1.Object); ok {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}

func slimNode(object any) (any, error) {
	if node, ok := object.(*corev1.Node); ok {
		return &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: node.Name, UID: node.UID, ResourceVersion: node.ResourceVersion, Annotations: node.Annotations},
			Spec:       corev1.NodeSpec{PodCIDR: node.Spec.PodCIDR, PodCIDRs: node.Spec.PodCIDRs},
			Status:     corev1.NodeStatus{Addresses: node.Status.Addresses},
		}, nil
	}
	return object, nil
}

func slimPod(object any) (any, error) {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return object, nil
	}
	ports := func(containers []corev1.Container) []corev1.Container {
		kept := make([]corev1.Container, 0, len(containers))
		for _, container := range containers {
			kept = append(kept, corev1.Container{Name: container.Name, Ports: container.Ports, RestartPolicy: container.RestartPolicy})
		}
		return kept
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, ResourceVersion: pod.ResourceVersion, Labels: pod.Labels,
			CreationTimestamp: pod.CreationTimestamp, DeletionTimestamp: pod.DeletionTimestamp,
		},
		Spec: corev1.PodSpec{
			NodeName: pod.Spec.NodeName, HostNetwork: pod.Spec.HostNetwork,
			InitContainers: ports(pod.Spec.InitContainers), Containers: ports(pod.Spec.Containers),
		},
		Status: corev1.PodStatus{Phase: pod.Status.Phase, PodIP: pod.Status.PodIP, PodIPs: pod.Status.PodIPs},
	}, nil
}
