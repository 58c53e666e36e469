/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The fast form of capture(): prepares only what the filter reads, because a filter rejects most packets. The in-place program reads
 * the packet where it is, which needs a verifier that allows plain loads from any address (Linux 6.17). The other copies the first
 * bytes into the record.
 *
 * The verdict is the same as with capture(). Packets with a VLAN tag in the frame, without a protocol or without a network header go
 * the slow path, through capture().
 */
#ifndef DROPWATCH_FASTPATH_H
#define DROPWATCH_FASTPATH_H

#include "capture.h"
#include "slot.h"

/* Returns the address as read-only memory without a type, readable at any offset. */
static __always_inline const __u8 *untyped(const void *address)
{
	return bpf_rdonly_cast(address, 0);
}

/* Marks the rare branch, so that the common path has no taken jump. */
#define unlikely(condition) __builtin_expect(!!(condition), 0)

/* min(bytes, WINDOW) without a branch; clang turns the plain form into one. */
static __always_inline __u32 clamp_to_window(__u32 bytes)
{
	__s64 below = (__s64)bytes - WINDOW;
	__s64 negative = below;

	asm("%0 s>>= 63" : "+r"(negative));
	return WINDOW + (below & negative);
}

/* Fills the fields of r->meta that the filter reads (except ifindex) and finds the network header. False: use capture(). */
static __always_inline bool fast_capture(struct drop_record *r, struct sk_buff *skb, const __u8 **packet, __u32 *captured,
					 const bool in_place)
{
	const enum access access = CAST;
	__u32 network = skb->network_header;
	__u32 tail = skb->tail;
	__u16 protocol = bpf_ntohs(skb->protocol);
	/* Never a valid length if there is no MAC header: HEADER_UNSET is above all offsets. */
	__u32 mac_len = network - skb->mac_header;

	if (!network || network >= tail || !protocol || is_vlan(protocol) || may_have_vlan_tag(mac_len))
		return false;
	r->meta.protocol = protocol;
	*captured = clamp_to_window(tail - network);
	if (FILTER_READS(wire_length)) {
		__u32 wire_length = tail - network + skb->data_len;

		if ((__s32)wire_length <= 0)
			return false;
		r->meta.wire_length = wire_length;
	}
	if (FILTER_READS(vlan_tci) || FILTER_READS(vlan_proto))
		read_vlan_tag(&r->meta, skb, access);
	if (FILTER_READS(pkt_type))
		r->meta.pkt_type = READ_BITS(skb, pkt_type);
	if (in_place) {
		*packet = untyped(skb->head) + network;
	} else {
		if (!copy_packet(r, skb->head, FILTER_READS(mac_len) && mac_len == ETHERNET_HEADER, network, *captured, access))
			return false;
		*packet = r->window;
	}
	if (FILTER_READS(mac_len)) {
		__u16 type = be16_at(*packet - 2);
		bool valid = type < ETHERTYPE_MIN || type == r->meta.protocol;

		network = skb->network_header;
		r->meta.mac_len = network - skb->mac_header == ETHERNET_HEADER && valid ? ETHERNET_HEADER : 0;
	}
	return true;
}

#endif
