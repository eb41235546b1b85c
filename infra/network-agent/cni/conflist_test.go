package cni

import (
	"encoding/json"
	"net/netip"
	"os"
	"testing"
)

func TestTheConflistNamesTheNodesRangeAndMTU(t *testing.T) {
	content, err := Conflist(Settings{PodRange: netip.MustParsePrefix("10.244.3.0/24"), MTU: 1450, Gate: true})
	if err != nil {
		t.Fatal(err)
	}
	list := struct {
		Plugins []struct {
			Type string
			MTU  int
			IPAM struct {
				Type   string
				Ranges [][]struct{ Subnet string }
			}
		}
	}{}
	if err := json.Unmarshal(content, &list); err != nil {
		t.Fatal(err)
	}
	first := list.Plugins[0]
	if first.Type != "ptp" || first.MTU != 1450 || first.IPAM.Type != "host-local" || first.IPAM.Ranges[0][0].Subnet != "10.244.3.0/24" {
		t.Errorf("unexpected first plugin: %+v", first)
	}
	if last := list.Plugins[len(list.Plugins)-1].Type; last != GatePlugin {
		t.Errorf("the last plugin is %s", last)
	}
}

func TestAFileIsWrittenOnceAndLeavesNothingElse(t *testing.T) {
	folder := t.TempDir() + "/net.d"
	for attempt, want := range []bool{true, false} {
		changed, err := Write(folder, FileName, []byte("one"), 0o644)
		if err != nil || changed != want {
			t.Errorf("write %d: changed %t (%v), want %t", attempt, changed, err, want)
		}
	}
	if changed, err := Write(folder, FileName, []byte("two"), 0o644); err != nil || !changed {
		t.Errorf("another content: changed %t (%v)", changed, err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 || entries[0].Name() != FileName {
		t.Errorf("folder holds %v (%v)", entries, err)
	}
}
