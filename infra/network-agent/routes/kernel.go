package routes

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Owner marks the agent's own routes in the kernel's table (`ip route` shows it as "proto 86"), so that routes of nodes
// that are gone can be told from routes that somebody else made. Numbers from 64 on have no meaning to anyone
// (rtnetlink.h reserves lower ones), and 86 is not in iproute2's rt_protos.
const Owner = 86

// Apply makes the kernel's main table match next and removes the agent's routes that are no longer wanted. It returns
// what it did, in words, and the first error after trying everything.
func Apply(next map[netip.Prefix]netip.Addr) ([]string, error) {
	present, err := netlink.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Table: unix.RT_TABLE_MAIN}, netlink.RT_FILTER_TABLE)
	if err != nil {
		return nil, fmt.Errorf("listing routes: %w", err)
	}
	done, failed := []string{}, error(nil)
	note := func(did string, err error) {
		if err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", did, err)
		}
		if err == nil {
			done = append(done, did)
		}
	}
	right := map[netip.Prefix]bool{}
	for _, route := range present {
		destination := prefixOf(route.Dst)
		wanted, known := next[destination]
		if known && route.Gw != nil && route.Gw.Equal(wanted.AsSlice()) && route.Priority == 0 {
			right[destination] = true
		} else if !known && int(route.Protocol) == Owner {
			note(fmt.Sprintf("removed route to %s", destination), netlink.RouteDel(&route))
		}
	}
	for destination, via := range next {
		if right[destination] {
			continue
		}
		note(fmt.Sprintf("set route to %s via %s", destination, via), netlink.RouteReplace(&netlink.Route{
			Dst:      &net.IPNet{IP: destination.Addr().AsSlice(), Mask: net.CIDRMask(destination.Bits(), 32)},
			Gw:       via.AsSlice(),
			Protocol: Owner,
		}))
	}
	return done, failed
}

// Watch calls changed whenever a route changes, until stop closes. It must not block.
func Watch(stop <-chan struct{}, changed func()) error {
	updates := make(chan netlink.RouteUpdate, 64)
	if err := netlink.RouteSubscribe(updates, stop); err != nil {
		return fmt.Errorf("subscribing to route changes: %w", err)
	}
	go func() {
		for range updates {
			changed()
		}
	}()
	return nil
}

// UplinkMTU returns the MTU in bytes of the interface that has the address.
func UplinkMTU(address netip.Addr) (int, error) {
	addresses, err := netlink.AddrList(nil, netlink.FAMILY_V4)
	if err != nil {
		return 0, fmt.Errorf("listing addresses: %w", err)
	}
	for _, entry := range addresses {
		if entry.IP.Equal(address.AsSlice()) {
			link, err := netlink.LinkByIndex(entry.LinkIndex)
			if err != nil {
				return 0, fmt.Errorf("reading the uplink: %w", err)
			}
			return link.Attrs().MTU, nil
		}
	}
	return 0, fmt.Errorf("no interface has the node's address %s", address)
}

func prefixOf(network *net.IPNet) netip.Prefix {
	if network == nil {
		return netip.Prefix{}
	}
	address, _ := netip.AddrFromSlice(network.IP.To4())
	bits, _ := network.Mask.Size()
	return netip.PrefixFrom(address, bits)
}
