package nft

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"faultline.dev/network-agent/policy"
	"sigs.k8s.io/knftables"
)

// Writer keeps the kernel's table like the last policy table it was given. It is for one goroutine.
type Writer struct {
	tables knftables.Interface
	// written is what the kernel has; nil when that is not known.
	written *ruleset
}

// NewWriter writes through tables, which must be of family ip and name Table.
func NewWriter(tables knftables.Interface) *Writer { return &Writer{tables: tables} }

// Forget makes the next Apply replace the kernel's table whole, in one transaction, whatever is there.
func (w *Writer) Forget() { w.written = nil }

// Apply writes what differs, in one transaction, and reports whether anything did. After an error the next Apply
// replaces everything.
func (w *Writer) Apply(ctx context.Context, table *policy.Table) (bool, error) {
	next, tx := compile(table), w.tables.NewTransaction()
	if w.written == nil {
		replace(tx, next)
	} else {
		change(tx, w.written, next)
	}
	if tx.NumOperations() == 0 {
		return false, nil
	}
	if err := w.tables.Run(ctx, tx); err != nil {
		w.written = nil
		return false, fmt.Errorf("writing table %s: %w", Table, err)
	}
	w.written = next
	return true, nil
}

func replace(tx *knftables.Transaction, next *ruleset) {
	tx.Add(&knftables.Table{})
	tx.Delete(&knftables.Table{})
	tx.Add(&knftables.Table{Comment: knftables.PtrTo("NetworkPolicy for the pods of this node")})
	for _, direction := range []policy.Direction{policy.Egress, policy.Ingress} {
		tx.Add(&knftables.Map{Name: string(direction), Type: address + " : verdict"})
	}
	change(tx, &ruleset{guards: map[policy.Direction]map[string]string{}}, next)
}

// change writes the way from one ruleset to the next. First what is new, then who uses it, last what nobody uses now.
func change(tx *knftables.Transaction, from, to *ruleset) {
	for _, name := range sorted(to.sets) {
		changeSet(tx, name, from.sets, to.sets[name])
	}
	addChains(tx, from, to)
	for _, direction := range []policy.Direction{policy.Egress, policy.Ingress} {
		changeGuards(tx, string(direction), from.guards[direction], to.guards[direction])
	}
	gone := []string{}
	for _, name := range sorted(from.chains) {
		if _, stays := to.chains[name]; !stays {
			gone = append(gone, name)
			tx.Flush(&knftables.Chain{Name: name})
		}
	}
	for _, name := range gone {
		tx.Delete(&knftables.Chain{Name: name})
	}
	for _, name := range sorted(from.sets) {
		if _, stays := to.sets[name]; !stays {
			tx.Delete(&knftables.Set{Name: name})
		}
	}
}

func changeSet(tx *knftables.Transaction, name string, sets map[string]set, to set) {
	from, known := sets[name]
	if !known {
		added := &knftables.Set{Name: name, Type: to.kind}
		if to.interval {
			added.Flags = []knftables.SetFlag{knftables.IntervalFlag}
		}
		tx.Add(added)
	}
	for _, element := range sorted(from.elements) {
		if !to.elements[element] {
			tx.Delete(&knftables.Element{Set: name, Key: strings.Split(element, between)})
		}
	}
	for _, element := range sorted(to.elements) {
		if !from.elements[element] {
			tx.Add(&knftables.Element{Set: name, Key: strings.Split(element, between)})
		}
	}
}

// addChains adds the chains that are new, all of them before any rule, since rules name other chains. A chain's name
// stands for its content, so those that are there already are right.
func addChains(tx *knftables.Transaction, from, to *ruleset) {
	added := slices.DeleteFunc(sorted(to.chains), func(name string) bool { return from.chains[name] != nil })
	for _, name := range added {
		chain := &knftables.Chain{Name: name}
		if name == forward {
			chain.Type, chain.Hook = knftables.PtrTo(knftables.FilterType), knftables.PtrTo(knftables.ForwardHook)
			chain.Priority = knftables.PtrTo(knftables.FilterPriority)
		}
		tx.Add(chain)
	}
	for _, name := range added {
		for _, rule := range to.chains[name] {
			tx.Add(&knftables.Rule{Chain: name, Rule: rule})
		}
	}
}

func changeGuards(tx *knftables.Transaction, name string, from, to map[string]string) {
	for _, pod := range sorted(from) {
		if to[pod] != from[pod] {
			tx.Delete(&knftables.Element{Map: name, Key: []string{pod}})
		}
	}
	for _, pod := range sorted(to) {
		if from[pod] != to[pod] {
			tx.Add(&knftables.Element{Map: name, Key: []string{pod}, Value: []string{to[pod]}})
		}
	}
}
