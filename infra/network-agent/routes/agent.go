package routes

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"faultline.dev/network-agent/cluster"
	"faultline.dev/network-agent/cni"
	"sigs.k8s.io/knftables"
)

// AgentOptions of the routing role.
type AgentOptions struct {
	Node      string
	CNIFolder string
	// Gate adds the policy gate to the CNI chain.
	Gate bool
	// Resync is how often everything is put right again even though nothing was heard.
	Resync time.Duration
	// Ready is called after each time that everything is in place.
	Ready func()
}

// retryAfter a failure: long enough not to fill the log, short enough that nobody waits for it.
const retryAfter = time.Second

// Run serves the routing role until ctx ends. The CNI configuration appears when the node's pod range is known and the
// routes are set, so that a node is Ready only when its pods can be reached.
func Run(ctx context.Context, connection *cluster.Connection, tables knftables.Interface, options AgentOptions) error {
	wake := make(chan struct{}, 1)
	poke := func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	mirrors := cluster.NewMirrors(connection, poke)
	nodes := mirrors.Nodes()
	config := mirrors.ConfigMap("kube-system", "network-agent")
	if err := mirrors.Run(ctx); err != nil {
		return err
	}
	if err := Watch(ctx.Done(), poke); err != nil {
		return err
	}
	keeper := &keeper{tables: tables, options: options}
	resync := time.NewTicker(options.Resync)
	defer resync.Stop()
	for {
		data := map[string]string{}
		if found, ok := config.Find("kube-system/network-agent"); ok {
			data = found.Data
		}
		parsed, err := ParseConfig(data)
		if err != nil {
			slog.Error("configuration is used as far as it can be read", "error", err)
		}
		if err := keeper.keep(ctx, Make(options.Node, nodes.All(), parsed)); err != nil {
			slog.Error("not everything is in place; trying again", "error", err)
			time.AfterFunc(retryAfter, poke)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-resync.C:
			keeper.masqueraded = Plan{}
		}
	}
}

// keeper remembers what was written, so that nothing is rewritten without cause.
type keeper struct {
	tables      knftables.Interface
	options     AgentOptions
	masqueraded Plan
}

func (k *keeper) keep(ctx context.Context, plan Plan) error {
	done, err := Apply(plan.Next)
	if len(done) > 0 {
		slices.Sort(done)
		slog.Info("routes changed", "done", done)
	}
	if err != nil {
		return err
	}
	if !plan.PodRange.IsValid() || !plan.Address.IsValid() {
		slog.Info("waiting for the node's pod range and address", "node", k.options.Node)
		return nil
	}
	if plan.PodRange != k.masqueraded.PodRange || !reflect.DeepEqual(plan.Inside, k.masqueraded.Inside) {
		if err := Masquerade(ctx, k.tables, plan.PodRange, plan.Inside); err != nil {
			return err
		}
		k.masqueraded = plan
	}
	settings := cni.Settings{PodRange: plan.PodRange, MTU: plan.Config.MTU, Gate: k.options.Gate}
	if settings.MTU == 0 {
		if settings.MTU, err = UplinkMTU(plan.Address); err != nil {
			return err
		}
	}
	content, err := cni.Conflist(settings)
	if err != nil {
		return err
	}
	changed, err := cni.Write(k.options.CNIFolder, cni.FileName, content, 0o644)
	if err != nil {
		return err
	}
	if changed {
		slog.Info("wrote the CNI configuration", "range", plan.PodRange, "mtu", settings.MTU)
	}
	k.options.Ready()
	return nil
}
