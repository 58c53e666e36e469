/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * From an skb to the bytes and the metadata that a filter looks at and a record reports.
 */
#ifndef DROPWATCH_CAPTURE_H
#define DROPWATCH_CAPTURE_H

#include "kernel.h"
#include "record.h"

/*
 * Reads a member. tp_btf's typed pointers are followed by plain loads, which tolerate faults; the classic tracepoint gives
 * plain addresses, which take a helper call. `typed` is a constant after inlining.
 */
#define READ(member) \
	({ \
		typeof(member) value_; \
		if (typed) \
			value_ = (member); \
		else \
			bpf_core_read(&value_, sizeof(value_), &(member)); \
		value_; \
	})

/* skb->dev holds something else in UDP receive queues (dev_scratch), skb->sk did during reassembly. */
#define IS_KERNEL_ADDRESS(p) ((__u64)(p) >= 0xff00000000000000ULL)

/*
 * A pointer as a number. Recent verifiers type skb->head as memory and then refuse to calculate with it; what has been through
 * a map value is a number on every kernel. The field serves as the place, it gets its own value later.
 */
static __always_inline __u64 address(struct drop_record *r, const void *pointer)
{
	volatile __u64 *place = &r->location;

	*place = (__u64)pointer;
	return *place;
}

/*
 * Clears all bits but those of `mask`: a bound that every verifier sees and clang does not optimise away. Verifiers before 6.4
 * or so lose what comparisons of 32-bit halves have told them.
 */
#define BOUND(value, mask) asm volatile("%0 &= %1" : "+r"(value) : "i"(mask))

static __always_inline bool is_vlan(__u16 ethertype)
{
	return ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_QINQ || ethertype == ETHERTYPE_QINQ_OLD;
}

static __always_inline __u16 be16_at(const __u8 *p)
{
	return (__u16)p[0] << 8 | p[1];
}

/* Which bytes of the packet are known, in kernel addresses. */
struct placement {
	__u64 mac; /* 0: there is no MAC header, or none that can be trusted */
	__u64 network; /* 0: none */
	__u64 tail; /* end of the linear area */
	bool guessed; /* network follows from mac alone */
};

static __always_inline struct placement place(struct drop_record *r, struct sk_buff *skb, const bool typed)
{
	struct placement at = {};
	__u64 head = address(r, READ(skb->head));
	__u32 tail = READ(skb->tail);
	__u16 network = READ(skb->network_header);
	__u16 mac = READ(skb->mac_header);

	at.tail = head + tail;
	/* 0 is the value of an skb that no protocol has touched: there is always headroom before a real header. */
	if (network && network <= tail)
		at.network = head + network;
	if (mac != HEADER_UNSET && mac + ETHERNET_HEADER <= tail) {
		at.mac = head + mac;
		if (!network) {
			at.network = at.mac + ETHERNET_HEADER;
			at.guessed = true;
		}
	}
	return at;
}

/* Copies `length` bytes from the network header on, and the MAC header before it if there is one. */
static __always_inline bool copy(struct drop_record *r, __u64 mac, __u64 network, __u64 length)
{
	BOUND(length, 2 * WINDOW - 1);
	if (mac)
		return !bpf_probe_read_kernel(r->mac, ETHERNET_HEADER + length, (void *)mac);
	return !bpf_probe_read_kernel(r->window, length, (void *)network);
}

/*
 * Takes the outermost 802.1Q tag that is still in the frame into the metadata, where the kernel has those that it (or the
 * NIC) stripped, so that a filter and a reader meet one form only. Further tags stay in the bytes.
 */
static __always_inline __u64 strip_tag(struct drop_record *r, __u64 mac, __u64 network)
{
	__u8 tag[VLAN_TAG]; /* TCI, EtherType */

	if (bpf_probe_read_kernel(tag, sizeof(tag), (void *)network))
		return 0;
	if (mac && bpf_probe_read_kernel(r->mac, ETHERNET_ADDRESSES, (void *)mac))
		return 0;
	r->mac[ETHERNET_ADDRESSES] = tag[2];
	r->mac[ETHERNET_ADDRESSES + 1] = tag[3];
	r->meta.vlan_proto = r->meta.protocol;
	r->meta.vlan_tci = be16_at(tag);
	r->meta.protocol = be16_at(tag + 2);
	r->flags |= TAG_IN_FRAME;
	return network + VLAN_TAG;
}

static __always_inline __u32 least(__u32 a, __u32 b)
{
	return a < b ? a : b;
}

/* Fills meta, mac and window; returns the bytes in the window. */
static __always_inline __u32 capture(struct drop_record *r, struct sk_buff *skb, const bool typed)
{
	struct filter_meta *meta = &r->meta;
	struct placement at = place(r, skb, typed);
	__u32 length = READ(skb->len);
	__u64 data = address(r, READ(skb->data));
	__u64 network = at.network;
	__u64 distance = network - at.mac;
	bool tagged;
	__s64 wire_length;
	__u32 captured;

	meta->protocol = bpf_ntohs(READ(skb->protocol));
	meta->pkt_type = typed ? BPF_CORE_READ_BITFIELD(skb, pkt_type) : BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type);
	meta->reserved1 = 0;
	meta->reserved2 = 0;
	meta->mac_len = 0;
	meta->wire_length = length;
	meta->vlan_tci = 0;
	meta->vlan_proto = 0;
	if (bpf_core_field_exists(skb->vlan_all))
		tagged = READ(skb->vlan_all) != 0;
	else
		tagged = typed ? BPF_CORE_READ_BITFIELD(skb, vlan_present) :
				 BPF_CORE_READ_BITFIELD_PROBED(skb, vlan_present);
	if (tagged) {
		meta->vlan_tci = READ(skb->vlan_tci);
		meta->vlan_proto = bpf_ntohs(READ(skb->vlan_proto));
	}

	/* A frame sent with a tag in it has its network header behind the tag. */
	if (at.mac && (distance == ETHERNET_HEADER + VLAN_TAG || distance == ETHERNET_HEADER + 2 * VLAN_TAG)) {
		__u8 type[2];

		if (bpf_probe_read_kernel(type, sizeof(type), (void *)(at.mac + ETHERNET_ADDRESSES)) ||
		    !is_vlan(be16_at(type))) {
			at.mac = 0;
		} else {
			network = at.mac + ETHERNET_HEADER;
			meta->protocol = be16_at(type);
		}
	} else if (distance != ETHERNET_HEADER) {
		at.mac = 0;
	}
	wire_length = (__s64)length + (__s64)(data - network);
	if (!network || wire_length <= 0 || wire_length > 0x7fffffff)
		return 0;
	if (network >= at.tail)
		return 0;
	captured = least(least(at.tail - network, wire_length), WINDOW);

	if (is_vlan(meta->protocol) && !meta->vlan_proto && captured >= VLAN_TAG) {
		network = strip_tag(r, at.mac, network);
		if (!network)
			return 0;
		wire_length -= VLAN_TAG;
		captured = least(least(at.tail - network, wire_length), WINDOW);
		if (!copy(r, 0, network, captured))
			return 0;
		meta->mac_len = at.mac ? ETHERNET_HEADER : 0;
	} else {
		if (!copy(r, at.mac, network, captured))
			return 0;
		if (at.mac) {
			__u16 type = be16_at(r->mac + ETHERNET_ADDRESSES);

			/* What lies there may be an older header's bytes: the EtherType tells. */
			if (type < ETHERTYPE_MIN || type == meta->protocol || !meta->protocol) {
				meta->mac_len = ETHERNET_HEADER;
				if (!meta->protocol && type >= ETHERTYPE_MIN)
					meta->protocol = type;
			} else if (at.guessed) {
				return 0; /* not Ethernet, then */
			}
		}
	}
	meta->wire_length = wire_length;
	r->flags |= HAS_NETWORK_HEADER;
	return captured;
}

#endif
