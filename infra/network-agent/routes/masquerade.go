package routes

import (
	"context"
	"fmt"
	"net/netip"

	"sigs.k8s.io/knftables"
)

// Table is the name of the masquerade's nftables table.
const Table = "network-routes"

// Masquerade gives pods of this node the node's address where they talk to anything that is neither a pod nor a node.
// The whole small table is replaced in one transaction. Nodes apart: they have a route back to the pod.
func Masquerade(ctx context.Context, tables knftables.Interface, podRange netip.Prefix, inside []netip.Prefix) error {
	tx := tables.NewTransaction()
	tx.Add(&knftables.Table{})
	tx.Delete(&knftables.Table{})
	tx.Add(&knftables.Table{Comment: knftables.PtrTo("masquerade of pod traffic that leaves the cluster")})
	tx.Add(&knftables.Set{Name: "inside", Type: "ipv4_addr", Flags: []knftables.SetFlag{knftables.IntervalFlag}, AutoMerge: knftables.PtrTo(true)})
	for _, prefix := range inside {
		tx.Add(&knftables.Element{Set: "inside", Key: []string{prefix.String()}})
	}
	tx.Add(&knftables.Chain{
		Name:     "postrouting",
		Type:     knftables.PtrTo(knftables.NATType),
		Hook:     knftables.PtrTo(knftables.PostroutingHook),
		Priority: knftables.PtrTo(knftables.SNATPriority),
	})
	tx.Add(&knftables.Rule{Chain: "postrouting", Rule: fmt.Sprintf("ip saddr %s ip daddr != @inside masquerade fully-random", podRange)})
	if err := tables.Run(ctx, tx); err != nil {
		return fmt.Errorf("writing table %s: %w", Table, err)
	}
	return nil
}
