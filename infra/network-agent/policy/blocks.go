package policy

import (
	"net/netip"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
)

// rangesOf returns what the blocks cover together, without what each one excepts from itself: sorted, disjoint and not
// touching. Only IPv4 counts; what does not parse covers nothing.
func rangesOf(blocks []*networkingv1.IPBlock) []Range {
	all := []Range{}
	for _, block := range blocks {
		whole, ok := rangeOf(block.CIDR)
		if !ok {
			continue
		}
		left := []Range{whole}
		for _, except := range block.Except {
			if hole, ok := rangeOf(except); ok {
				left = subtract(left, hole)
			}
		}
		all = append(all, left...)
	}
	return merge(all)
}

func rangeOf(text string) (Range, bool) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil || !prefix.Addr().Is4() {
		return Range{}, false
	}
	last := prefix.Masked().Addr().As4()
	for bit := prefix.Bits(); bit < 32; bit++ {
		last[bit/8] |= 1 << (7 - bit%8)
	}
	return Range{First: prefix.Masked().Addr(), Last: netip.AddrFrom4(last)}, true
}

func subtract(ranges []Range, hole Range) []Range {
	left := []Range{}
	for _, part := range ranges {
		if hole.Last.Less(part.First) || part.Last.Less(hole.First) {
			left = append(left, part)
			continue
		}
		if part.First.Less(hole.First) {
			left = append(left, Range{First: part.First, Last: hole.First.Prev()})
		}
		if hole.Last.Less(part.Last) {
			left = append(left, Range{First: hole.Last.Next(), Last: part.Last})
		}
	}
	return left
}

func merge(ranges []Range) []Range {
	slices.SortFunc(ranges, func(a, b Range) int { return a.First.Compare(b.First) })
	merged := []Range{}
	for _, next := range ranges {
		if count := len(merged); count > 0 {
			last := &merged[count-1]
			// Next of the highest address is not valid: nothing can follow it.
			if after := last.Last.Next(); !after.IsValid() || next.First.Compare(after) <= 0 {
				if last.Last.Less(next.Last) {
					last.Last = next.Last
				}
				continue
			}
		}
		merged = append(merged, next)
	}
	return merged
}
