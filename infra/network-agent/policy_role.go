package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"faultline.dev/network-agent/cluster"
	"faultline.dev/network-agent/gate"
	"faultline.dev/network-agent/nft"
	"faultline.dev/network-agent/policy"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/knftables"
)

// strangerAfter is how long the gate waits to hear of a pod from the API server. A pod that it does not know by then
// (kubelet's static pods, started while the API is away) starts: no policy that is known selects it.
const strangerAfter = 2 * time.Second

type policyOptions struct {
	node   string
	socket string
	resync time.Duration
	ready  func()
}

// visitor is a pod that waits at the gate.
type visitor struct {
	arrival gate.Arrival
	since   time.Time
	// admitted gets one value: nil when the pod's policies are in force.
	admitted chan error
}

// enforcer is the policy role. Everything in it belongs to the one goroutine of its loop, except the channels.
type enforcer struct {
	options    policyOptions
	pods       *cluster.Mirror[*corev1.Pod]
	namespaces *cluster.Mirror[*corev1.Namespace]
	policies   *cluster.Mirror[*networkingv1.NetworkPolicy]
	writer     *nft.Writer
	waiting    []*visitor
	announced  map[types.UID]netip.Addr
}

func runPolicy(ctx context.Context, connection *cluster.Connection, tables knftables.Interface, options policyOptions) error {
	wake := make(chan struct{}, 1)
	poke := func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	mirrors := cluster.NewMirrors(connection, poke)
	enforcer := &enforcer{
		options: options, writer: nft.NewWriter(tables), announced: map[types.UID]netip.Addr{},
		pods: mirrors.Pods(), namespaces: mirrors.Namespaces(), policies: mirrors.NetworkPolicies(),
	}
	if err := mirrors.Run(ctx); err != nil {
		return err
	}
	if err := enforcer.enforce(ctx, false); err != nil {
		return err
	}
	visitors := make(chan *visitor)
	admit := func(ctx context.Context, arrival gate.Arrival) error {
		arriving := &visitor{arrival: arrival, since: time.Now(), admitted: make(chan error, 1)}
		select {
		case visitors <- arriving:
		case <-ctx.Done():
			return fmt.Errorf("the policy role is busy: %w", ctx.Err())
		}
		time.AfterFunc(strangerAfter, poke)
		select {
		case err := <-arriving.admitted:
			return err
		case <-ctx.Done():
			return fmt.Errorf("the pod's policies are not in force yet: %w", ctx.Err())
		}
	}
	if err := gate.Serve(ctx, options.socket, admit); err != nil {
		return err
	}
	options.ready()
	resync := time.NewTicker(options.resync)
	defer resync.Stop()
	for {
		quietly := false
		select {
		case <-ctx.Done():
			return nil
		case arriving := <-visitors:
			enforcer.waiting = append(enforcer.waiting, arriving)
		case <-wake:
		case <-resync.C:
			// Somebody may have changed the kernel's table behind the agent's back.
			enforcer.writer.Forget()
			quietly = true
		}
		if err := enforcer.enforce(ctx, quietly); err != nil {
			slog.Error("policies are not in force; trying again", "error", err)
			time.AfterFunc(time.Second, poke)
		}
	}
}

// enforce writes the table for what is known now and lets in the pods that wait for it. Quietly: without a line in the
// log, for a rewrite by the clock.
func (e *enforcer) enforce(ctx context.Context, quietly bool) error {
	started := time.Now()
	known := e.greet()
	table := policy.Make(policy.Input{
		Node: e.options.node, Pods: e.pods.All(), Namespaces: e.namespaces.All(), Policies: e.policies.All(), Addresses: e.announced,
	})
	planned := time.Now()
	wrote, err := e.writer.Apply(ctx, table)
	if err != nil {
		e.waiting = append(e.waiting, known...)
		return err
	}
	if wrote && !quietly {
		slog.Info("policies in force", "policies", len(table.Policies),
			"ingress", len(table.Guarded[policy.Ingress]), "egress", len(table.Guarded[policy.Egress]),
			"plan_ms", planned.Sub(started).Milliseconds(), "write_ms", time.Since(planned).Milliseconds())
	}
	for _, arriving := range known {
		arriving.admitted <- nil
	}
	return nil
}

// greet takes the addresses of waiting pods that the API server has told of, forgets those that are known without,
// and returns the visitors that the next table covers.
func (e *enforcer) greet() []*visitor {
	covered, still := []*visitor{}, []*visitor{}
	for _, arriving := range e.waiting {
		pod, found := e.pods.Find(arriving.arrival.Namespace + "/" + arriving.arrival.Name)
		if found && string(pod.UID) == arriving.arrival.UID {
			if address, err := netip.ParseAddr(arriving.arrival.Address); err == nil {
				e.announced[pod.UID] = address
			}
			covered = append(covered, arriving)
		} else if time.Since(arriving.since) >= strangerAfter {
			covered = append(covered, arriving)
		} else {
			still = append(still, arriving)
		}
	}
	e.waiting = still
	e.forget()
	return covered
}

// forget drops announced addresses that the API server shows by now, and those of pods that are gone.
func (e *enforcer) forget() {
	if len(e.announced) == 0 {
		return
	}
	shown := map[types.UID]string{}
	for _, pod := range e.pods.All() {
		shown[pod.UID] = pod.Status.PodIP
	}
	for uid, address := range e.announced {
		if text, exists := shown[uid]; !exists || text == address.String() {
			delete(e.announced, uid)
		}
	}
}
