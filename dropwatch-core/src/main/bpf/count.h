/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Counting instead of reporting: nothing crosses a ring, each drop adds one to a per-CPU number of its kind. For hosts that
 * drop millions a second. Included by dropwatch.bpf.c, with whose device list and filter slot it decides what to count.
 *
 * The map never forgets: a kind that finds it full is counted as overflow, so that
 * seen = excluded + filtered + overflow + the sum of the map.
 */
#ifndef DROPWATCH_COUNT_H
#define DROPWATCH_COUNT_H

#include "capture.h"
#include "kernel.h"
#include "record.h"

#define IPV4_PROTOCOL 9 /* offset in the header */
#define IPV6_NEXT_HEADER 6

enum count_cause {
	CAUSE_UNKNOWN, /* this kernel gives no reasons */
	CAUSE_REASON,
	CAUSE_TRAP, /* a device dropped it */
};

/* What is told apart. The reader is io.dropwatch.internal.probe.CountKey. */
struct count_key {
	__u64 location; /* of a hardware drop: the address of the trap's name */
	__u32 reason;
	__u32 ifindex; /* 0: no device */
	__u32 netns_inum; /* 0: neither device nor socket */
	__u16 protocol; /* as in struct filter_meta */
	__u8 ip_protocol; /* of IPv4; of IPv6 the first next header; else 0 */
	__u8 cause; /* enum count_cause */
};

_Static_assert(sizeof(struct count_key) == 24, "CountKey.BYTES");

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
	__type(value, __u64);
} counts SEC(".maps");

/* Name of each counted device at its first drop: by then it may be in a namespace that the reader cannot enter. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct device_key);
	__type(value, char[16]);
} counted_devices SEC(".maps");

/* What each counted trap is called, by the address of its name. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct trap_text);
} counted_traps SEC(".maps");

/* Each program has its own: one may interrupt the other. The record is where a filter finds the packet. */
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

/* From what capture() has copied. */
static __always_inline void captured_protocol(struct count_key *key, struct drop_record *r, __u32 captured)
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
 * One byte of the packet instead of all that capture() takes. Only where the answer is the same: an untagged IP packet whose
 * network header is known.
 */
static __always_inline bool plain_protocol(struct count_key *key, struct sk_buff *skb, const enum access access)
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

/* A kind that is new to the map, at least on this CPU. */
static __always_inline void count_first(struct count_totals *totals, struct count_key *key, struct net_device *dev)
{
	__u64 one = 1;

	if (dev) {
		struct device_key device = { .ifindex = key->ifindex, .netns_inum = key->netns_inum };
		char name[16];

		/* Before the count, so that who reads the count finds the name. */
		if (!bpf_probe_read_kernel(name, sizeof(name), &dev->name))
			bpf_map_update_elem(&counted_devices, &device, name, BPF_NOEXIST);
	}
	/* Another CPU may have added the kind by now; this sets the number of this CPU only, which was 0. */
	if (bpf_map_update_elem(&counts, key, &one, BPF_ANY))
		totals->overflow++;
}

static __always_inline void count(struct count_totals *totals, struct count_key *key, struct net_device *dev)
{
	__u64 *count = bpf_map_lookup_elem(&counts, key);

	if (count)
		++*count;
	else
		count_first(totals, key, dev);
}

/* What tells the packet: protocol, device, and the namespace of that. */
static __always_inline void describe_kind(struct count_key *key, struct drop_record *r, struct sk_buff *skb,
					  struct net_device *dev, const enum access access)
{
	if (!plain_protocol(key, skb, access))
		captured_protocol(key, r, capture(r, skb, access));
	if (dev) {
		struct net *net = READ(dev->nd_net.net);

		key->ifindex = READ(dev->ifindex);
		if (net)
			key->netns_inum = READ(net->ns.inum);
	}
}

static __always_inline int on_counted_drop(void *ctx, const enum access access, const bool in_place)
{
	__u32 program = COUNTING_KFREE_SKB;
	struct counting *cpu = bpf_map_lookup_elem(&counting, &program);
	struct count_key key = {};
	struct net_device *dev;
	struct sk_buff *skb;
	__u32 captured;

	if (!cpu)
		return 0;
	if (IS_ASKED(ASK_TRAPS) && last_report && was_reported(drop_skb(ctx, access)))
		return 0;
	cpu->totals.seen++;
	if (IS_ASKED(ASK_DEVICES) && !is_selected(drop_device(drop_skb(ctx, access), access), access)) {
		cpu->totals.excluded++;
		return 0;
	}
	if (IS_ASKED(ASK_FILTER) && !matches(&cpu->record, drop_skb(ctx, access), &captured, access, in_place)) {
		cpu->totals.filtered++;
		return 0;
	}
	skb = drop_skb(ctx, access);
	dev = drop_device(skb, access);
	describe_kind(&key, &cpu->record, skb, dev, access);
	key.location = drop_location(ctx, access);
	key.reason = drop_reason(ctx, access);
	key.cause = reason_known(access) ? CAUSE_REASON : CAUSE_UNKNOWN;
	if (!dev) {
		struct sk_buff *loose = LOOSE(skb, struct sk_buff);
		struct sock *sk = READ(loose->sk);

		if (!IS_KERNEL_ADDRESS(sk))
			sk = drop_rx_sk(ctx, access);
		if (sk) {
			struct net *net;

			sk = LOOSE(sk, struct sock);
			net = READ(sk->__sk_common.skc_net.net);
			if (net)
				key.netns_inum = READ(net->ns.inum);
		}
	}
	count(&cpu->totals, &key, dev);
	return 0;
}

/* `?`: not loaded unless asked for. */
SEC("?tp_btf/kfree_skb")
int dropwatch_count_in_place(__u64 *ctx)
{
	return on_counted_drop(ctx, CAST, true);
}

SEC("?tp_btf/kfree_skb")
int dropwatch_count_cast(__u64 *ctx)
{
	return on_counted_drop(ctx, CAST, false);
}

SEC("?tp_btf/kfree_skb")
int dropwatch_count_typed(__u64 *ctx)
{
	return on_counted_drop(ctx, TYPED, false);
}

SEC("?tracepoint/skb/kfree_skb")
int dropwatch_count_classic(void *ctx)
{
	return on_counted_drop(ctx, CLASSIC, false);
}

/*
 * What a trap is called, so that who reads a count of it finds that. Gets addresses: functions are relocated also where no program
 * that calls them is loaded, and a kernel type that is not there (struct devlink_trap_metadata) is then looked for in all modules,
 * which takes CAP_SYS_ADMIN.
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
	const enum access access = CLASSIC;
	__u32 program = COUNTING_TRAPS;
	struct counting *cpu = bpf_map_lookup_elem(&counting, &program);
	struct devlink_trap_metadata *trap = (void *)ctx[2];
	struct sk_buff *skb = (void *)ctx[1];
	struct count_key key = {};
	struct net_device *dev;
	__u32 captured;

	if (!cpu || !is_drop(trap))
		return 0;
	cpu->totals.seen++;
	remember_report(skb);
	if (IS_ASKED(ASK_DEVICES) && !is_selected(trap_device(skb, trap), access)) {
		cpu->totals.excluded++;
		return 0;
	}
	if (IS_ASKED(ASK_FILTER) && !matches(&cpu->record, skb, &captured, access, false)) {
		cpu->totals.filtered++;
		return 0;
	}
	/* The filter leaves no register as it was. */
	skb = (void *)ctx[1];
	trap = (void *)ctx[2];
	dev = trap_device(skb, trap);
	describe_kind(&key, &cpu->record, skb, dev, access);
	key.location = (__u64)READ(trap->trap_name);
	key.cause = CAUSE_TRAP;
	remember_trap(key.location, (__u64)READ(trap->trap_group_name));
	count(&cpu->totals, &key, dev);
	return 0;
}

#endif
