/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * What the filter needs to know of a packet that stays where it lies: most packets are rejected, and then nothing else is to
 * be done. Only where the verifier lets a program follow any address with plain loads (Linux 6.17), which is tried.
 *
 * The verdict is that on the record's copy. A packet that takes more than a glance (a tag in the frame, an unknown protocol, no
 * network header) is left to the copy.
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

/* Fills of meta what the filter reads, but for ifindex; returns the network header, or NULL: take a copy. */
static __always_inline const __u8 *glance(struct filter_meta *meta, struct sk_buff *skb, const __u32 asked,
					  __u32 *captured)
{
	const enum access access = CAST;
	__u32 network = skb->network_header;
	__u32 tail = skb->tail;
	__u16 protocol = bpf_ntohs(skb->protocol);
	/* Of no use to compare where there is no MAC header: HEADER_UNSET is no less than any network header. */
	__u32 link = network - skb->mac_header;
	const __u8 *packet;

	if (!network || network >= tail || !protocol || is_vlan(protocol) || has_room_for_tags(link))
		return NULL;
	packet = readable(skb->head) + network;
	*captured = least(tail - network, WINDOW);
	meta->protocol = protocol;
	if (FILTER_READS(wire_length)) {
		meta->wire_length = tail - network + skb->data_len;
		if ((__s32)meta->wire_length <= 0)
			return NULL;
	}
	if (FILTER_READS(mac_len)) {
		bool mac = link == ETHERNET_HEADER;
		__u16 type = be16_at(packet - 2);

		meta->mac_len = mac && (type < ETHERTYPE_MIN || type == protocol) ? ETHERNET_HEADER : 0;
	}
	if (FILTER_READS(vlan_tci) || FILTER_READS(vlan_proto))
		describe_tag(meta, skb, access);
	if (FILTER_READS(pkt_type))
		meta->pkt_type = READ_BITS(skb, pkt_type);
	return packet;
}

#endif
