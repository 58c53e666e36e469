/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Counting: each drop increments a per-CPU counter of its kind, and nothing goes into a ring. For hosts that drop millions of packets
 * per second. Included by dropwatch.bpf.c, whose device list and filter it uses.
 *
 * The map evicts nothing. If it is full, drops of a new kind count as overflow, so that
 * seen = excluded + filtered + overflow + the sum of the map and of what the reader has removed from it.
 *
 * Nobody can fill the map alone: protocols without a name share a kind, and each network namespace has a share of the map. The
 * namespaces that an unprivileged user has made have one share together. Beyond it, drops of new kinds count as one kind.
 */
#ifndef DROPWATCH_COUNT_H
#define DROPWATCH_COUNT_H

#include "capture.h"
#include "kernel.h"
#include "record.h"

#define IPV4_PROTOCOL 9 /* offset in the header */
#define IPV6_NEXT_HEADER 6

enum count_cause {
	CAUSE_UNKNOWN, /* this kernel has no drop reasons */
	CAUSE_REASON,
	CAUSE_TRAP, /* hardware drop */
	CAUSE_OTHER, /* any drop, of a kind that is beyond a share */
};

/* A kind of drops. Read by io.dropwatch.internal.probe.CountKey. */
struct count_key {
	__u64 location; /* hardware drops: the address of the trap's name; CAUSE_OTHER: the share */
	__u64 netns_cookie; /* 0: unknown. The kernel reuses inum */
	__u32 reason;
	__u32 ifindex; /* 0: no device */
	__u32 netns_inum; /* 0: neither device nor socket */
	__u16 protocol; /* EtherType, as in struct filter_meta, or OTHER_ETHERTYPE */
	__u8 ip_protocol; /* IPv4 protocol, or the first IPv6 next header; else 0; or OTHER_IP_PROTOCOL */
	__u8 cause; /* enum count_cause */
};

_Static_assert(sizeof(struct count_key) == 32, "CountKey.BYTES");

/* All that have no name in io.dropwatch.layers. IANA reserves both numbers. */
#define OTHER_ETHERTYPE 0xffff
#define OTHER_IP_PROTOCOL 255

struct counted {
	__u64 drops;
	__u64 share; /* 0, except on the CPU that added the kind */
};

/* A share is the cookie of a network namespace, or this bit and the id of the user who has made the namespace. */
#define SHARE_OF_USER (1ULL << 63)
const volatile __u32 kinds_of_namespace = ~0U; /* how many kinds a share has */
const volatile __u32 kinds_of_user = ~0U;

struct count_totals {
	__u64 seen;
	__u64 excluded;
	__u64 filtered;
	__u64 overflow;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1);
	__type(key, struct count_key);
	__type(value, struct counted);
} counts SEC(".maps");

/* The number of kinds of each share. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u64);
} count_shares SEC(".maps");

/* Device names, stored at the first drop: the device may be in a network namespace that the reader cannot enter. */
struct counted_device {
	__u64 netns_cookie;
	__u32 netns_inum;
	__u32 ifindex;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct counted_device);
	__type(value, char[16]);
} counted_devices SEC(".maps");

/* Trap names, by the address of the name. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct trap_text);
} counted_traps SEC(".maps");

/* One entry per program, because one may interrupt the other. The filter reads the packet from the record. */
enum { COUNTING_KFREE_SKB, COUNTING_TRAPS, COUNTING_PROGRAMS };
struct counting {
	struct count_totals totals;
	struct drop_record record;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTING_PROGRAMS);
	__type(key, __u32);
	__type(value, struct counting);
} counting SEC(".maps");

static __always_inline __u8 ip_protocol_offset(__u16 protocol)
{
	return protocol == ETHERTYPE_IPV4 ? IPV4_PROTOCOL : IPV6_NEXT_HEADER;
}

static __always_inline bool is_ip(__u16 protocol)
{
	return protocol == ETHERTYPE_IPV4 || protocol == ETHERTYPE_IPV6;
}

/* From the bytes that capture() has copied. */
static __always_inline void protocol_from_capture(struct count_key *key, struct drop_record *r, __u32 captured)
{
	__u16 protocol = r->meta.protocol;

	key->protocol = protocol;
	if (is_ip(protocol)) {
		__u32 offset = ip_protocol_offset(protocol);

		if (offset < captured)
			key->ip_protocol = r->window[offset];
	}
}

/*
 * Reads one byte of the packet, which is cheaper than capture(). For IP packets without a VLAN tag in the frame and with a network header,
 * where the result is the same; else returns false.
 */
static __always_inline bool protocol_from_header(struct count_key *key, struct sk_buff *skb, const enum access access)
{
	__u16 protocol = bpf_ntohs(READ(skb->protocol));
	__u32 network = READ(skb->network_header);
	__u32 offset = network + ip_protocol_offset(protocol);
	const unsigned char *head = READ(skb->head);

	if (!is_ip(protocol) || !network || network == HEADER_UNSET || offset >= READ(skb->tail))
		return false;
	key->protocol = protocol;
	READ_HEAD(&key->ip_protocol, sizeof(key->ip_protocol), head, offset);
	return true;
}

static __always_inline bool is_named_ethertype(__u16 type)
{
	switch (type) {
	case 0x0800: case 0x0806: case 0x86dd: case 0x8100: case 0x88a8: case 0x880b: case 0x8863: case 0x8864: case 0x9000:
	case 0x2000: case 0x8035: case 0x01a2: case 0x88cc: case 0x8847: case 0x8848: case 0x888e: case 0x6558: case 0x88be:
	case 0: /* unknown */
		return true;
	default:
		return false;
	}
}

static __always_inline bool is_named_ip_protocol(__u8 protocol)
{
	switch (protocol) {
	case 0: case 1: case 2: case 4: case 6: case 17: case 27: case 41: case 43: case 44: case 47: case 50: case 51: case 58:
	case 59: case 60: case 89: case 94: case 97: case 112: case 132: case 136: case 137:
		return true;
	default:
		return false;
	}
}

#define MAX_USER_NAMESPACES 33 /* levels, kernel/user_namespace.c */

/*
 * Whose share of the map a namespace uses. The user is the owner of the outermost user namespace below the initial one: inside, he may
 * have many user ids.
 */
static __always_inline __u64 share_of(struct count_key *key, struct net *net)
{
	const enum access access = PROBE_READ;
	struct user_namespace *user_ns = net ? READ(net->user_ns) : NULL;

	for (int i = 0; i < MAX_USER_NAMESPACES && user_ns; i++) {
		int level = READ(user_ns->level);

		if (level == 1) {
			__u32 owner = READ(user_ns->owner.val);

			if (owner)
				return SHARE_OF_USER | owner;
		}
		if (level <= 1)
			break;
		user_ns = READ(user_ns->parent);
	}
	return key->netns_cookie ? key->netns_cookie : key->netns_inum;
}

/* Adds a kind to the map, or counts it if another CPU was faster. */
static __always_inline void add_kind(struct count_totals *totals, struct count_key *key, __u64 share, __u64 *kinds)
{
	struct counted first = { .drops = 1, .share = share };
	struct counted *known;

	if (!bpf_map_update_elem(&counts, key, &first, BPF_NOEXIST)) {
		if (kinds)
			__sync_fetch_and_add(kinds, 1);
		return;
	}
	known = bpf_map_lookup_elem(&counts, key);
	if (known)
		known->drops++;
	else
		totals->overflow++;
}

static __always_inline __u64 *kinds_of(__u64 share)
{
	__u64 none = 0;
	__u64 *kinds = bpf_map_lookup_elem(&count_shares, &share);

	if (kinds)
		return kinds;
	bpf_map_update_elem(&count_shares, &share, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&count_shares, &share);
}

/* Counts a drop whose kind is not in the map. Not inlined, because it needs stack. */
static __noinline int count_first(struct count_totals *totals, struct count_key *key, struct net_device *dev, struct net *net)
{
	__u64 share = share_of(key, net);
	struct counted *known;
	__u64 *kinds;

	if (!is_named_ethertype(key->protocol))
		key->protocol = OTHER_ETHERTYPE;
	if (!is_named_ip_protocol(key->ip_protocol))
		key->ip_protocol = OTHER_IP_PROTOCOL;
	known = bpf_map_lookup_elem(&counts, key);
	if (known) {
		known->drops++;
		return 0;
	}
	kinds = kinds_of(share);
	if (kinds && *kinds < (share & SHARE_OF_USER ? kinds_of_user : kinds_of_namespace)) {
		if (dev) {
			struct counted_device device = {
				.netns_cookie = key->netns_cookie,
				.netns_inum = key->netns_inum,
				.ifindex = key->ifindex,
			};
			char name[16];

			/* Before the count, so that a reader of the count finds the name. */
			if (!bpf_probe_read_kernel(name, sizeof(name), &dev->name))
				bpf_map_update_elem(&counted_devices, &device, name, BPF_NOEXIST);
		}
		add_kind(totals, key, share, kinds);
		return 0;
	}
	if (share & SHARE_OF_USER) {
		key->netns_cookie = 0;
		key->netns_inum = 0;
	}
	key->location = share;
	key->reason = 0;
	key->ifindex = 0;
	key->protocol = 0;
	key->ip_protocol = 0;
	key->cause = CAUSE_OTHER;
	known = bpf_map_lookup_elem(&counts, key);
	if (known)
		known->drops++;
	else
		add_kind(totals, key, 0, NULL);
	return 0;
}

static __always_inline void count(struct count_totals *totals, struct count_key *key, struct net_device *dev, struct net *net)
{
	struct counted *known = bpf_map_lookup_elem(&counts, key);

	if (known)
		known->drops++;
	else
		count_first(totals, key, dev, net);
}

static __always_inline void describe_namespace(struct count_key *key, struct net *net, const enum access access)
{
	key->netns_inum = READ(net->ns.inum);
	if (bpf_core_field_exists(net->net_cookie))
		key->netns_cookie = READ(net->net_cookie);
}

/* Sets the parts of the key that come from the packet: protocol, device and its network namespace, which it returns. */
static __always_inline struct net *describe_kind(struct count_key *key, struct drop_record *r, struct sk_buff *skb,
						 struct net_device *dev, const enum access access)
{
	struct net *net;

	if (!protocol_from_header(key, skb, access))
		protocol_from_capture(key, r, capture(r, skb, access));
	if (!dev)
		return NULL;
	key->ifindex = READ(dev->ifindex);
	net = READ(dev->nd_net.net);
	if (net)
		describe_namespace(key, net, access);
	return net;
}

static __always_inline int count_drop(void *ctx, const enum access access, const bool in_place)
{
	__u32 program = COUNTING_KFREE_SKB;
	struct counting *cpu = bpf_map_lookup_elem(&counting, &program);
	struct count_key key = {};
	struct net_device *dev;
	struct sk_buff *skb;
	struct net *net;
	__u32 captured;

	if (!cpu)
		return 0;
	if (STATIC_KEY(KEY_TRAPS) && last_report && was_reported(drop_skb(ctx)))
		return 0;
	cpu->totals.seen++;
	if (STATIC_KEY(KEY_DEVICES) && !is_selected(drop_device(drop_skb(ctx), access), access)) {
		cpu->totals.excluded++;
		return 0;
	}
	if (STATIC_KEY(KEY_FILTER) && !matches(&cpu->record, drop_skb(ctx), &captured, access, in_place)) {
		cpu->totals.filtered++;
		return 0;
	}
	skb = drop_skb(ctx);
	dev = drop_device(skb, access);
	net = describe_kind(&key, &cpu->record, skb, dev, access);
	key.location = drop_location(ctx);
	key.reason = drop_reason(ctx);
	key.cause = has_reason ? CAUSE_REASON : CAUSE_UNKNOWN;
	if (!dev) {
		struct sk_buff *untrusted_skb = untrusted(skb, struct sk_buff);
		struct sock *sk = READ(untrusted_skb->sk);

		if (!IS_KERNEL_ADDRESS(sk))
			sk = drop_rx_sk(ctx);
		if (sk) {
			sk = untrusted(sk, struct sock);
			net = READ(sk->__sk_common.skc_net.net);
			if (net)
				describe_namespace(&key, net, access);
		}
	}
	count(&cpu->totals, &key, dev, net);
	return 0;
}

/* `?`: not loaded by default. */
SEC("?tp_btf/kfree_skb")
int dropwatch_count_in_place(__u64 *ctx)
{
	return count_drop(ctx, CAST, true);
}

SEC("?tp_btf/kfree_skb")
int dropwatch_count_cast(__u64 *ctx)
{
	return count_drop(ctx, CAST, false);
}

SEC("?tp_btf/kfree_skb")
int dropwatch_count_typed(__u64 *ctx)
{
	return count_drop(ctx, TYPED, false);
}

/*
 * Stores the names of a trap. Takes addresses and not the struct: libbpf relocates functions even if no loaded program calls them, and
 * searches all modules for a type that the kernel lacks (struct devlink_trap_metadata), which needs CAP_SYS_ADMIN.
 */
static __noinline void remember_trap(__u64 name, __u64 group)
{
	struct trap_text text = {};

	if (bpf_map_lookup_elem(&counted_traps, &name))
		return;
	bpf_probe_read_kernel_str(text.name, sizeof(text.name), (void *)name);
	bpf_probe_read_kernel_str(text.group, sizeof(text.group), (void *)group);
	bpf_map_update_elem(&counted_traps, &name, &text, BPF_NOEXIST);
}

SEC("?tp_btf/devlink_trap_report")
int dropwatch_count_trap(__u64 *ctx)
{
	const enum access access = PROBE_READ;
	__u32 program = COUNTING_TRAPS;
	struct counting *cpu = bpf_map_lookup_elem(&counting, &program);
	struct devlink_trap_metadata *trap = (void *)ctx[2];
	struct sk_buff *skb = (void *)ctx[1];
	struct count_key key = {};
	struct net_device *dev;
	struct net *net;
	__u32 captured;

	if (!cpu || !is_drop_trap(trap))
		return 0;
	cpu->totals.seen++;
	remember_report(skb);
	if (STATIC_KEY(KEY_DEVICES) && !is_selected(trap_device(skb, trap), access)) {
		cpu->totals.excluded++;
		return 0;
	}
	if (STATIC_KEY(KEY_FILTER) && !matches(&cpu->record, skb, &captured, access, false)) {
		cpu->totals.filtered++;
		return 0;
	}
	/* Again, because the filter has changed the registers. */
	skb = (void *)ctx[1];
	trap = (void *)ctx[2];
	dev = trap_device(skb, trap);
	net = describe_kind(&key, &cpu->record, skb, dev, access);
	key.location = (__u64)READ(trap->trap_name);
	key.cause = CAUSE_TRAP;
	remember_trap(key.location, (__u64)READ(trap->trap_group_name));
	count(&cpu->totals, &key, dev, net);
	return 0;
}

#endif
