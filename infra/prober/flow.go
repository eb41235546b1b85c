package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// tuple is one direction of a connection.
type tuple struct {
	protocol            uint8
	source, destination netip.AddrPort
}

// errMalformed is an answer of the kernel's that is not what its headers promise.
var errMalformed = errors.New("connection tracking's answer is not understood")

// flow looks one connection up in the connection tracking of the vantage's namespace. The kernel finds it by hash, so
// many look-ups at once cost no dump of a node's table.
func (v *vantage) flow(r request) result {
	asked := tuple{protocol: unix.IPPROTO_TCP}
	if r.Protocol == "udp" {
		asked.protocol = unix.IPPROTO_UDP
	}
	var err error
	if asked.source, err = netip.ParseAddrPort(r.Source); err == nil {
		asked.destination, err = netip.ParseAddrPort(r.Destination)
	}
	if err != nil {
		return fail(proberError, "flow: %s", err).result()
	}
	asked.source, asked.destination = unmapped(asked.source), unmapped(asked.destination)
	if asked.source.Addr().Is4() != asked.destination.Addr().Is4() {
		return fail(proberError, "flow: %s and %s are of two families", r.Source, r.Destination).result()
	}
	original, reply, err := v.tracked(asked)
	switch {
	case errors.Is(err, unix.ENOENT):
		return result{Outcome: answered}
	case err != nil:
		return fail(proberError, "connection tracking: %s", err).result()
	case original != asked:
		// Found by its replies' tuple: another connection, which went the other way.
		return result{Outcome: answered}
	}
	return result{Outcome: answered, Flow: &flowResult{Server: reply.source.String(), Client: reply.destination.String()}}
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// tracked returns both directions of the connection of which the asked one is either.
// @errors unix.ENOENT where none is tracked, unix.EPERM without CAP_NET_ADMIN
func (v *vantage) tracked(asked tuple) (original, reply tuple, err error) {
	fd, err := v.spaces.socket(v.network, unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_NETFILTER)
	if err != nil {
		return original, reply, err
	}
	defer func() { _ = unix.Close(fd) }()
	message := nl.NewNetlinkRequest(unix.NFNL_SUBSYS_CTNETLINK<<8|nl.IPCTNL_MSG_CT_GET, 0)
	message.AddData(&nl.Nfgenmsg{NfgenFamily: asked.family(), Version: nl.NFNETLINK_V0})
	message.AddData(asked.attribute())
	if err := unix.Sendto(fd, message.Serialize(), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return original, reply, err
	}
	// The kernel answers within sendto: the socket, which does not block, has it all by now.
	buffer := make([]byte, 16<<10)
	size, _, err := unix.Recvfrom(fd, buffer, 0)
	if err != nil {
		return original, reply, err
	}
	return parseTracked(buffer[:size])
}

func (t tuple) family() uint8 {
	if t.source.Addr().Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// attribute is a CTA_TUPLE_ORIG of linux/netfilter/nfnetlink_conntrack.h.
func (t tuple) attribute() *nl.RtAttr {
	from, to := nl.CTA_IP_V4_SRC, nl.CTA_IP_V4_DST
	if t.family() == unix.AF_INET6 {
		from, to = nl.CTA_IP_V6_SRC, nl.CTA_IP_V6_DST
	}
	whole := nl.NewRtAttr(unix.NLA_F_NESTED|nl.CTA_TUPLE_ORIG, nil)
	addresses := whole.AddRtAttr(unix.NLA_F_NESTED|nl.CTA_TUPLE_IP, nil)
	addresses.AddRtAttr(from, t.source.Addr().AsSlice())
	addresses.AddRtAttr(to, t.destination.Addr().AsSlice())
	ports := whole.AddRtAttr(unix.NLA_F_NESTED|nl.CTA_TUPLE_PROTO, nil)
	ports.AddRtAttr(nl.CTA_PROTO_NUM, nl.Uint8Attr(t.protocol))
	ports.AddRtAttr(nl.CTA_PROTO_SRC_PORT, nl.BEUint16Attr(t.source.Port()))
	ports.AddRtAttr(nl.CTA_PROTO_DST_PORT, nl.BEUint16Attr(t.destination.Port()))
	return whole
}

// parseTracked reads the first netlink message of an answer: a connection, or an error.
func parseTracked(answer []byte) (original, reply tuple, err error) {
	if len(answer) < unix.NLMSG_HDRLEN+nl.SizeofNfgenmsg {
		return original, reply, errMalformed
	}
	length, kind := binary.NativeEndian.Uint32(answer), binary.NativeEndian.Uint16(answer[4:])
	if int(length) > len(answer) || length < unix.NLMSG_HDRLEN+nl.SizeofNfgenmsg {
		return original, reply, errMalformed
	}
	body := answer[unix.NLMSG_HDRLEN:length]
	if kind == unix.NLMSG_ERROR {
		number := -int32(binary.NativeEndian.Uint32(body))
		if number == 0 {
			return original, reply, errMalformed
		}
		return original, reply, unix.Errno(number)
	}
	found := 0
	for _, attribute := range attributes(body[nl.SizeofNfgenmsg:]) {
		switch attribute.kind {
		case nl.CTA_TUPLE_ORIG:
			original, err = parseTuple(attribute.value)
		case nl.CTA_TUPLE_REPLY:
			reply, err = parseTuple(attribute.value)
		default:
			continue
		}
		if err != nil {
			return original, reply, err
		}
		found++
	}
	if found != 2 {
		return original, reply, errMalformed
	}
	return original, reply, nil
}

func parseTuple(bytes []byte) (tuple, error) {
	var t tuple
	var from, to netip.Addr
	var ports [2]uint16
	for _, part := range attributes(bytes) {
		for _, field := range attributes(part.value) {
			switch {
			case part.kind == nl.CTA_TUPLE_IP && (field.kind == nl.CTA_IP_V4_SRC || field.kind == nl.CTA_IP_V6_SRC):
				from, _ = netip.AddrFromSlice(field.value)
			case part.kind == nl.CTA_TUPLE_IP && (field.kind == nl.CTA_IP_V4_DST || field.kind == nl.CTA_IP_V6_DST):
				to, _ = netip.AddrFromSlice(field.value)
			case part.kind == nl.CTA_TUPLE_PROTO && field.kind == nl.CTA_PROTO_NUM && len(field.value) == 1:
				t.protocol = field.value[0]
			case part.kind == nl.CTA_TUPLE_PROTO && field.kind == nl.CTA_PROTO_SRC_PORT && len(field.value) == 2:
				ports[0] = binary.BigEndian.Uint16(field.value)
			case part.kind == nl.CTA_TUPLE_PROTO && field.kind == nl.CTA_PROTO_DST_PORT && len(field.value) == 2:
				ports[1] = binary.BigEndian.Uint16(field.value)
			}
		}
	}
	if !from.IsValid() || !to.IsValid() {
		return t, fmt.Errorf("%w: a tuple without addresses", errMalformed)
	}
	t.source, t.destination = netip.AddrPortFrom(from, ports[0]), netip.AddrPortFrom(to, ports[1])
	return t, nil
}

type attribute struct {
	kind  int
	value []byte
}

// attributes splits netlink attributes; what is cut off ends the list.
func attributes(bytes []byte) []attribute {
	var all []attribute
	for len(bytes) >= unix.NLA_HDRLEN {
		length := int(binary.NativeEndian.Uint16(bytes))
		if length < unix.NLA_HDRLEN || length > len(bytes) {
			break
		}
		kind := int(binary.NativeEndian.Uint16(bytes[2:]) & nl.NLA_TYPE_MASK)
		all = append(all, attribute{kind, bytes[unix.NLA_HDRLEN:length]})
		padded := (length + unix.NLA_ALIGNTO - 1) &^ (unix.NLA_ALIGNTO - 1)
		bytes = bytes[min(padded, len(bytes)):]
	}
	return all
}
