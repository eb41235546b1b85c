package nft

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline.dev/network-agent/policy"
	"faultline.dev/network-agent/policytest"
	"golang.org/x/sys/unix"
	"sigs.k8s.io/knftables"
)

func addresses(count int) []netip.Addr {
	list := []netip.Addr{}
	for index := range count {
		list = append(list, netip.AddrFrom4([4]byte{10, 244, 0, byte(2 + index)}))
	}
	return list
}

func tableFrom(seed uint64, pods, policies int) *policy.Table {
	cluster := policytest.Make(rand.New(rand.NewPCG(seed, 2)), addresses(pods), []string{"here"}, policies)
	return policy.Make(policy.Input{Node: "here", Pods: cluster.Pods, Namespaces: cluster.Namespaces, Policies: cluster.Policies})
}

// Step by step must end where starting anew would: the same table, nothing left over, nothing missing.
func TestChangesEndWhereAFreshTableWould(t *testing.T) {
	stepwise := knftables.NewFake(knftables.IPv4Family, Table)
	writer := NewWriter(stepwise)
	for seed := range uint64(200) {
		table := tableFrom(seed, 8, 6)
		if _, err := writer.Apply(context.Background(), table); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		fresh := knftables.NewFake(knftables.IPv4Family, Table)
		if _, err := NewWriter(fresh).Apply(context.Background(), table); err != nil {
			t.Fatalf("seed %d, fresh: %v", seed, err)
		}
		if got, want := content(stepwise), content(fresh); got != want {
			t.Fatalf("seed %d: step by step\n%s\nfresh\n%s", seed, got, want)
		}
	}
}

// content is the dump in an order of its own; rules keep theirs within a chain, where it means something.
func content(fake *knftables.Fake) string {
	lines := slices.Collect(strings.Lines(fake.Dump()))
	key := func(line string) string {
		words := strings.Fields(line)
		if len(words) > 6 && words[1] == "rule" {
			return strings.Join(words[:5], " ")
		}
		return line
	}
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(key(a), key(b)) })
	return strings.Join(lines, "")
}

func TestNothingIsWrittenWhenNothingChanged(t *testing.T) {
	writer := NewWriter(knftables.NewFake(knftables.IPv4Family, Table))
	for attempt, want := range []bool{true, false} {
		wrote, err := writer.Apply(context.Background(), tableFrom(7, 8, 6))
		if err != nil || wrote != want {
			t.Errorf("write %d: wrote %t (%v), want %t", attempt, wrote, err, want)
		}
	}
}

func TestAFailedWriteIsFollowedByAFullOne(t *testing.T) {
	fake := knftables.NewFake(knftables.IPv4Family, Table)
	writer := NewWriter(fake)
	if _, err := writer.Apply(context.Background(), tableFrom(1, 8, 6)); err != nil {
		t.Fatal(err)
	}
	// Somebody removes the table: the next change has nothing to change.
	tx := fake.NewTransaction()
	tx.Delete(&knftables.Table{})
	if err := fake.Run(context.Background(), tx); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Apply(context.Background(), tableFrom(2, 8, 6)); err == nil {
		t.Fatal("a change of a table that is gone was reported as written")
	}
	if _, err := writer.Apply(context.Background(), tableFrom(2, 8, 6)); err != nil {
		t.Fatalf("the full write after it: %v", err)
	}
}

func TestPlanningAHundredPodsAndFiftyPoliciesIsQuick(t *testing.T) {
	cluster := policytest.Make(rand.New(rand.NewPCG(3, 3)), addresses(100), []string{"here"}, 99)
	input := policy.Input{Node: "here", Pods: cluster.Pods, Namespaces: cluster.Namespaces, Policies: cluster.Policies}
	// Time that this thread computes, not time that passes: a busy host must not decide.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	best := time.Hour
	for range 5 {
		started := computed(t)
		compile(policy.Make(input))
		best = min(best, computed(t)-started)
	}
	// Half of what a whole update may take (50 ms).
	if best > 25*time.Millisecond {
		t.Errorf("planning takes %v", best)
	}
}

func computed(t *testing.T) time.Duration {
	t.Helper()
	usage := unix.Rusage{}
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func TestRangesReadAsPrefixesWhereTheyAreOne(t *testing.T) {
	for want, block := range map[string][2]string{
		"10.0.0.0/24":       {"10.0.0.0", "10.0.0.255"},
		"0.0.0.0/0":         {"0.0.0.0", "255.255.255.255"},
		"10.0.0.7":          {"10.0.0.7", "10.0.0.7"},
		"10.0.0.1-10.0.0.2": {"10.0.0.1", "10.0.0.2"},
	} {
		got := rangeText(policy.Range{First: netip.MustParseAddr(block[0]), Last: netip.MustParseAddr(block[1])})
		if got != want {
			t.Errorf("%v: got %s, want %s", block, got, want)
		}
	}
}
