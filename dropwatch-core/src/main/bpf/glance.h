/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * What the filter needs to know of a packet, and no more: most packets are rejected, and then nothing else is to be done. The packet
 * stays where it lies, where the verifier lets a program follow any address with plain loads (Linux 6.17), which is tried; else its
 * first bytes are copied.
 *
 * The verdict is that on the record's copy. A packet that takes more than a glance (a tag in the frame, an unknown protocol, no
 * network header) is left to capture().
 */
#ifndef DROPWATCH_GLANCE_H
#define DROPWATCH_GLANCE_H

#include "capture.h"
#include "slot.h"

/* As memory that may be read at any offset, whatever is there. */
static __always_inline const __u8 *readable(const void *address)
{
	return bpf_rdonly_cast(address, 0);
}

/* A jump that is taken is dear where no packet has trained the CPU to it lately: what is usual goes straight on. */
#define SELDOM(condition) __builtin_expect(!!(condition), 0)

/* Without a jump, which the compiler would make of the plain form. */
static __always_inline __u32 at_most_window(__u32 bytes)
{
	__s64 below = (__s64)bytes - WINDOW;
	__s64 negative = below;

	asm("%0 s>>= 63" : "+r"(negative));
	return WINDOW + (below & negative);
}

/* Forgets that two values are one: the compiler would keep both, and what it has computed from them, on the stack. */
#define FORGET(value) asm volatile("" : "+r"(value))

/* Fills of the record's meta what the filter reads, but for ifindex, and finds the network header. False: it has to be captured. */
static __always_inline bool glance(struct drop_record *r, struct sk_buff *skb, const __u8 **packet, __u32 *captured,
				   const bool in_place)
{
	const enum access access = CAST;
	__u32 network = skb->network_header;
	__u32 tail = skb->tail;
	__u16 protocol = bpf_ntohs(skb->protocol);
	/* Of no use to compare where there is no MAC header: HEADER_UNSET is no less than any network header. */
	__u32 link = network - skb->mac_header;

	if (!network || network >= tail || !protocol || is_vlan(protocol) || has_room_for_tags(link))
		return false;
	r->meta.protocol = protocol;
	*captured = at_most_window(tail - network);
	if (FILTER_READS(wire_length)) {
		__u32 wire_length = tail - network + skb->data_len;

		if ((__s32)wire_length <= 0)
			return false;
		r->meta.wire_length = wire_length;
	}
	if (FILTER_READS(vlan_tci) || FILTER_READS(vlan_proto))
		describe_tag(&r->meta, skb, access);
	if (FILTER_READS(pkt_type))
		r->meta.pkt_type = READ_BITS(skb, pkt_type);
	if (in_place) {
		*packet = readable(skb->head) + network;
	} else {
		if (!copy(r, skb->head, FILTER_READS(mac_len) && link == ETHERNET_HEADER, network, *captured, access))
			return false;
		*packet = r->window;
	}
	if (FILTER_READS(mac_len)) {
		__u16 type = be16_at(*packet - 2);
		bool known = type < ETHERTYPE_MIN || type == r->meta.protocol;

		network = skb->network_header;
		r->meta.mac_len = network - skb->mac_header == ETHERNET_HEADER && known ? ETHERNET_HEADER : 0;
	}
	return true;
}

#endif
