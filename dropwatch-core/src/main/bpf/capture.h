/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * From an skb to the bytes and the metadata that a filter looks at and a record reports.
 */
#ifndef DROPWATCH_CAPTURE_H
#define DROPWATCH_CAPTURE_H

#include "kernel.h"
#include "record.h"

/*
 * How a program reads the kernel's memory; a constant after inlining.
 *   CLASSIC  plain addresses, a helper call for each read
 *   TYPED    tp_btf's typed pointers are followed by plain loads, which tolerate faults
 *   CAST     the same, and bpf_rdonly_cast (Linux 6.2) gives any address a type
 */
enum access { CLASSIC, TYPED, CAST };

/* Since Linux 6.2. Weak: the object is opened on kernels without it too, and what calls it is loaded only where it is. */
extern void *bpf_rdonly_cast(const void *object, __u32 type_id) __ksym __weak;

/* Reads a member. */
#define READ(member) \
	({ \
		typeof(member) value_; \
		if (access != CLASSIC) \
			value_ = (member); \
		else \
			bpf_core_read(&value_, sizeof(value_), &(member)); \
		value_; \
	})

#define READ_BITS(pointer, member) \
	(access != CLASSIC ? BPF_CORE_READ_BITFIELD(pointer, member) : BPF_CORE_READ_BITFIELD_PROBED(pointer, member))

/*
 * The same pointer, but one that the verifier does not trust, where that is to be had. Recent verifiers search all the
 * kernel's types by name, up to four times, for each load of a pointer from a trusted one, on each path they follow; with a
 * millisecond or two for a search that was nearly all the time that loading took. Loads of numbers from a trusted pointer cost
 * no search, and at run time less: through others the address is checked first.
 */
#define LOOSE(pointer, type) \
	(access == CAST ? (type *)bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(type)) : (pointer))

/* skb->dev holds something else in UDP receive queues (dev_scratch), skb->sk did during reassembly. */
#define IS_KERNEL_ADDRESS(p) ((__u64)(p) >= 0xff00000000000000ULL)

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

static __always_inline __u32 least(__u32 a, __u32 b)
{
	return a < b ? a : b;
}

/* Where the packet is, in bytes from skb->head. */
struct placement {
	__u32 network; /* 0: nowhere, there is always headroom before a real header */
	__u32 tail; /* end of the linear area */
	__u32 link; /* bytes from the MAC header to the network header; 0: there is no MAC header */
	bool guessed; /* network follows from the MAC header alone */
};

static __always_inline struct placement place(struct sk_buff *skb, const enum access access)
{
	__u16 mac = READ(skb->mac_header);
	struct placement at = { .network = READ(skb->network_header), .tail = READ(skb->tail) };

	if (mac != HEADER_UNSET && mac + ETHERNET_HEADER <= at.tail) {
		if (!at.network) {
			at.network = mac + ETHERNET_HEADER;
			at.guessed = true;
		}
		at.link = at.network - mac;
	}
	return at;
}

/* Whether a tag may lie between the MAC header and the network header: so it is in a frame sent with a tag in it. */
static __always_inline bool has_room_for_tags(__u32 link)
{
	/* 18 or 22 */
	return (link | VLAN_TAG) == ETHERNET_HEADER + 2 * VLAN_TAG;
}

/* Reads `length` bytes, a constant or bounded, at an offset from skb->head. */
#define READ_HEAD(to, length, head, offset) bpf_probe_read_kernel(to, length, (head) + (offset))

#define WORD 8
/* More than most dropped packets have, and than most filters look at. */
#define FIRST_WORDS 8

/* Whole words into the record by plain loads, which take a fraction of a helper call. Too many is no harm: loads tolerate
 * faults, and the record says how many bytes are the packet's. */
static __always_inline void copy_words(__u64 *to, const unsigned char *from, const int words)
{
	const __u64 *plain = bpf_rdonly_cast(from, bpf_core_type_id_kernel(struct pt_regs));

#pragma unroll
	for (int i = 0; i < words; i++)
		to[i] = plain[i];
}

/* Copies `length` bytes from the network header on, and the MAC header before it if there is one. */
static __always_inline bool copy(struct drop_record *r, const unsigned char *head, bool mac, __u32 network, __u32 length,
				 const enum access access)
{
	if (access == CAST) {
		/* The MAC header's two words begin with the two reserved bytes. */
		if (mac)
			copy_words((__u64 *)(r->window - 2 * WORD), head + network - 2 * WORD, 2);
		copy_words((__u64 *)r->window, head + network, FIRST_WORDS);
		if (length <= FIRST_WORDS * WORD)
			return true;
		length -= FIRST_WORDS * WORD;
		BOUND(length, 2 * WINDOW - 1);
		return !READ_HEAD(r->window + FIRST_WORDS * WORD, length, head, network + FIRST_WORDS * WORD);
	}
	BOUND(length, 2 * WINDOW - 1);
	if (mac)
		return !READ_HEAD(r->mac, ETHERNET_HEADER + length, head, network - ETHERNET_HEADER);
	return !READ_HEAD(r->window, length, head, network);
}

/*
 * Takes the outermost 802.1Q tag that is still in the frame into the metadata, where the kernel has those that it (or the
 * NIC) stripped, so that a filter and a reader meet one form only. Further tags stay in the bytes.
 */
static __always_inline bool strip_tag(struct drop_record *r, const unsigned char *head, bool mac, __u32 network)
{
	__u8 tag[VLAN_TAG]; /* TCI, EtherType */

	if (READ_HEAD(tag, sizeof(tag), head, network))
		return false;
	if (mac && READ_HEAD(r->mac, ETHERNET_ADDRESSES, head, network - ETHERNET_HEADER))
		return false;
	r->mac[ETHERNET_ADDRESSES] = tag[2];
	r->mac[ETHERNET_ADDRESSES + 1] = tag[3];
	r->meta.vlan_proto = r->meta.protocol;
	r->meta.vlan_tci = be16_at(tag);
	r->meta.protocol = be16_at(tag + 2);
	r->flags |= TAG_IN_FRAME;
	return true;
}

static __always_inline void describe_tag(struct filter_meta *meta, struct sk_buff *skb, const enum access access)
{
	bool tagged = bpf_core_field_exists(skb->vlan_all) ? READ(skb->vlan_all) != 0 : READ_BITS(skb, vlan_present);

	meta->vlan_tci = tagged ? READ(skb->vlan_tci) : 0;
	meta->vlan_proto = tagged ? bpf_ntohs(READ(skb->vlan_proto)) : 0;
}

/* Fills flags, meta but for ifindex, mac and window; returns the bytes in the window. */
static __always_inline __u32 capture(struct drop_record *r, struct sk_buff *skb, const enum access access)
{
	struct filter_meta *meta = &r->meta;
	struct placement at = place(skb, access);
	const unsigned char *head = READ(skb->head);
	__u32 network = at.network;
	bool mac = at.link == ETHERNET_HEADER;
	__u32 wire_length;
	__u32 captured;

	r->flags = 0;
	meta->protocol = bpf_ntohs(READ(skb->protocol));
	meta->pkt_type = READ_BITS(skb, pkt_type);
	meta->reserved1 = 0;
	meta->reserved2 = 0;
	meta->mac_len = 0;
	meta->wire_length = READ(skb->len);
	describe_tag(meta, skb, access);

	if (has_room_for_tags(at.link)) {
		__u32 untagged = network - at.link + ETHERNET_HEADER;
		__u8 type[2];

		if (!READ_HEAD(type, sizeof(type), head, untagged - sizeof(type)) && is_vlan(be16_at(type))) {
			network = untagged;
			meta->protocol = be16_at(type);
			mac = true;
		}
	}
	if (!network || network >= at.tail)
		return 0;
	/* All that lies behind the linear area is counted in data_len. */
	wire_length = at.tail - network + READ(skb->data_len);
	if ((__s32)wire_length <= 0)
		return 0;
	captured = least(at.tail - network, WINDOW);

	if (is_vlan(meta->protocol) && !meta->vlan_proto && captured >= VLAN_TAG) {
		if (!strip_tag(r, head, mac, network))
			return 0;
		network += VLAN_TAG;
		wire_length -= VLAN_TAG;
		captured = least(at.tail - network, WINDOW);
		if (!copy(r, head, false, network, captured, access))
			return 0;
		meta->mac_len = mac ? ETHERNET_HEADER : 0;
	} else {
		if (!copy(r, head, mac, network, captured, access))
			return 0;
		if (mac) {
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
