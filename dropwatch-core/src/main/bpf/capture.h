/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Reads an skb into a record: the metadata and the bytes that a filter tests and a record reports.
 */
#ifndef DROPWATCH_CAPTURE_H
#define DROPWATCH_CAPTURE_H

#include "kernel.h"
#include "record.h"

/*
 * How a program reads kernel memory. A compile-time constant in each program, because everything is inlined.
 *   PROBE_READ  one bpf_probe_read_kernel call for each member
 *   TYPED       plain loads through the BTF pointers of a tp_btf program; the kernel handles faults (BPF_PROBE_MEM)
 *   CAST        the same, and bpf_rdonly_cast (Linux 6.2) gives any address a type
 */
enum access { PROBE_READ, TYPED, CAST };

/* Linux 6.2. Weak, so that the object also opens on older kernels; programs that call it are only loaded where it exists. */
extern void *bpf_rdonly_cast(const void *object, __u32 type_id) __ksym __weak;

/* Reads a member of a kernel struct. */
#define READ(member) \
	({ \
		typeof(member) value_; \
		if (access != PROBE_READ) \
			value_ = (member); \
		else \
			bpf_core_read(&value_, sizeof(value_), &(member)); \
		value_; \
	})

#define READ_BITS(pointer, member) \
	(access != PROBE_READ ? BPF_CORE_READ_BITFIELD(pointer, member) : BPF_CORE_READ_BITFIELD_PROBED(pointer, member))

/*
 * Returns the same pointer as an untrusted one, with CAST; use it before loading a pointer member. When a pointer is loaded through
 * a trusted pointer, recent verifiers search the kernel's BTF by name up to four times, on each path, and a search takes 1 to 2 ms:
 * this was most of the load time. Load scalars through the trusted pointer: that needs no search, and no address check at run time.
 */
#define untrusted(pointer, type) \
	(access == CAST ? (type *)bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(type)) : (pointer))

/* skb->dev shares its memory with dev_scratch in UDP receive queues, and skb->sk with other data during reassembly. */
#define IS_KERNEL_ADDRESS(p) ((__u64)(p) >= 0xff00000000000000ULL)

/*
 * Masks a value. All verifiers take the mask as an upper bound, and clang cannot optimise it away. Verifiers before about 6.4 lose
 * the bounds that 32-bit comparisons give.
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

static __always_inline __u32 min_u32(__u32 a, __u32 b)
{
	return a < b ? a : b;
}

/* Where the headers are. Offsets are in bytes from skb->head. */
struct header_offsets {
	__u32 network; /* 0: unknown; a real header always has headroom before it */
	__u32 tail; /* end of the linear area */
	__u32 mac_len; /* from the MAC header to the network header; 0: no MAC header */
	bool inferred; /* network is the MAC header plus 14, because the skb has no network header */
};

static __always_inline struct header_offsets find_headers(struct sk_buff *skb, const enum access access)
{
	__u16 mac = READ(skb->mac_header);
	struct header_offsets at = { .network = READ(skb->network_header), .tail = READ(skb->tail) };

	if (mac != HEADER_UNSET && mac + ETHERNET_HEADER <= at.tail) {
		if (!at.network) {
			at.network = mac + ETHERNET_HEADER;
			at.inferred = true;
		}
		at.mac_len = at.network - mac;
	}
	return at;
}

/* Whether the MAC header is long enough for one or two VLAN tags: 18 or 22 bytes. Frames sent with a tag in them look like this. */
static __always_inline bool may_have_vlan_tag(__u32 mac_len)
{
	return (mac_len | VLAN_TAG) == ETHERNET_HEADER + 2 * VLAN_TAG;
}

/* Reads `length` bytes at an offset from skb->head. The verifier must know a bound of `length`. */
#define READ_HEAD(to, length, head, offset) bpf_probe_read_kernel(to, length, (head) + (offset))

#define WORD 8
/* Words copied by plain loads: most dropped packets are shorter, and most filters look at less. */
#define FIRST_WORDS 8

/* Copies whole words by plain loads, which cost less than a helper call. May read past the packet: the kernel handles faults, and the
 * record has the packet's length. */
static __always_inline void copy_words(__u64 *to, const unsigned char *from, const int words)
{
	const __u64 *plain = bpf_rdonly_cast(from, bpf_core_type_id_kernel(struct pt_regs));

#pragma unroll
	for (int i = 0; i < words; i++)
		to[i] = plain[i];
}

/* Copies `length` bytes, starting at the network header, and the MAC header before it if `mac`. */
static __always_inline bool copy_packet(struct drop_record *r, const unsigned char *head, bool mac, __u32 network, __u32 length,
				 const enum access access)
{
	if (access == CAST) {
		/* Two words: the two reserved bytes and the 14 of the MAC header. */
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
 * Moves the outermost VLAN tag from the frame to the metadata. A tag that the kernel or the NIC has stripped is already there, so
 * filters and readers handle one form. Inner tags stay in the bytes.
 */
static __always_inline bool strip_vlan_tag(struct drop_record *r, const unsigned char *head, bool mac, __u32 network)
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

static __always_inline void read_vlan_tag(struct filter_meta *meta, struct sk_buff *skb, const enum access access)
{
	bool tagged = bpf_core_field_exists(skb->vlan_all) ? READ(skb->vlan_all) != 0 : READ_BITS(skb, vlan_present);

	meta->vlan_tci = tagged ? READ(skb->vlan_tci) : 0;
	meta->vlan_proto = tagged ? bpf_ntohs(READ(skb->vlan_proto)) : 0;
}

/*
 * Whether the skb is a message of a socket that sends no packets: netlink, unix, vsock, bluetooth and others. Its header offsets mean
 * nothing: those of a netlink message are both 0. Such an skb has no EtherType, so only the slow path asks. TUN sockets are AF_UNSPEC.
 */
static __always_inline bool is_message(struct sk_buff *skb, const enum access access)
{
	struct sk_buff *untrusted_skb = untrusted(skb, struct sk_buff);
	struct sock *sk = READ(untrusted_skb->sk);
	__u16 family;

	if (!sk)
		return false;
	barrier_var(sk); /* clang would drop that test, and the verifier wants it */
	if (!IS_KERNEL_ADDRESS(sk))
		return false;
	sk = untrusted(sk, struct sock);
	family = READ(sk->__sk_common.skc_family);
	return family != AF_UNSPEC && family != AF_INET && family != AF_INET6 && family != AF_PACKET && family != AF_XDP;
}

/* Fills flags, meta (except ifindex), mac and window. Returns the number of bytes in the window. */
static __always_inline __u32 capture(struct drop_record *r, struct sk_buff *skb, const enum access access)
{
	struct filter_meta *meta = &r->meta;
	struct header_offsets at = find_headers(skb, access);
	const unsigned char *head = READ(skb->head);
	__u32 network = at.network;
	bool mac = at.mac_len == ETHERNET_HEADER;
	__u32 wire_length;
	__u32 captured;

	r->flags = 0;
	meta->protocol = bpf_ntohs(READ(skb->protocol));
	meta->pkt_type = READ_BITS(skb, pkt_type);
	meta->reserved1 = 0;
	meta->skb_len = READ(skb->len);
	meta->mac_len = 0;
	meta->wire_length = READ(skb->len);
	read_vlan_tag(meta, skb, access);

	if (!meta->protocol && is_message(skb, access))
		return 0;
	if (may_have_vlan_tag(at.mac_len)) {
		__u32 untagged = network - at.mac_len + ETHERNET_HEADER;
		__u8 type[2];

		if (!READ_HEAD(type, sizeof(type), head, untagged - sizeof(type)) && is_vlan(be16_at(type))) {
			network = untagged;
			meta->protocol = be16_at(type);
			mac = true;
		}
	}
	/* A frame may end with its MAC header. */
	if (!network || network + !mac > at.tail)
		return 0;
	/* data_len counts the bytes outside the linear area. */
	wire_length = at.tail - network + READ(skb->data_len);
	if ((__s32)wire_length < !mac)
		return 0;
	captured = min_u32(at.tail - network, WINDOW);

	if (is_vlan(meta->protocol) && !meta->vlan_proto && captured >= VLAN_TAG) {
		if (!strip_vlan_tag(r, head, mac, network))
			return 0;
		network += VLAN_TAG;
		wire_length -= VLAN_TAG;
		captured = min_u32(at.tail - network, WINDOW);
		if (!copy_packet(r, head, false, network, captured, access))
			return 0;
		meta->mac_len = mac ? ETHERNET_HEADER : 0;
	} else {
		if (!copy_packet(r, head, mac, network, captured, access))
			return 0;
		if (mac) {
			__u16 type = be16_at(r->mac + ETHERNET_ADDRESSES);

			/* These bytes may be left over from an older header: check the EtherType. */
			if (type < ETHERTYPE_MIN || type == meta->protocol || !meta->protocol) {
				meta->mac_len = ETHERNET_HEADER;
				if (!meta->protocol && type >= ETHERTYPE_MIN)
					meta->protocol = type;
			} else if (at.inferred) {
				return 0; /* not an Ethernet header */
			}
		}
	}
	meta->wire_length = wire_length;
	r->flags |= HAS_NETWORK_HEADER;
	return captured;
}

#endif
