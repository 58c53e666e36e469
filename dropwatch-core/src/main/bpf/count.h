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

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define IPV4_PROTOCOL 9 /* offset in the header */
#define IPV6_NEXT_HEADER 6

/* What is told apart. The reader is io.dropwatch.internal.probe.CountKey. */
struct count_key {
	__u64 location;
	__u32 reason;
	__u32 ifindex; /* 0: no device */
	__u32 netns_inum; /* 0: neither device nor socket */
	__u16 protocol; /* as in struct filter_meta */
	__u8 ip_protocol; /* of IPv4; of IPv6 the first next header; else 0 */
	__u8 reason_known; /* 0: this kernel gives no reasons */
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

/* The record is where a filter finds the packet. */
struct counting {
	struct count_totals totals;
	struct drop_record record;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
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
static __always_inline bool plain_protocol(struct count_key *key, struct drop_record *r, struct sk_buff *skb,
					   const bool typed)
{
	__u16 protocol = bpf_ntohs(READ(skb->protocol));
	__u32 network = READ(skb->network_header);
	__u32 offset = network + ip_protocol_offset(protocol);
	__u64 head;

	if (!is_ip(protocol) || !network || network == HEADER_UNSET || offset >= READ(skb->tail))
		return false;
	key->protocol = protocol;
	head = address(r, READ(skb->head));
	bpf_probe_read_kernel(&key->ip_protocol, sizeof(key->ip_protocol), (void *)(head + offset));
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

static __always_inline int on_counted_drop(struct sk_buff *skb, __u64 location, __u32 reason, bool reason_known,
					   struct sock *rx_sk, const bool typed)
{
	__u32 zero = 0;
	struct counting *cpu = bpf_map_lookup_elem(&counting, &zero);
	struct count_key key = { .location = location, .reason = reason, .reason_known = reason_known };
	struct count_totals *totals;
	struct drop_record *r;
	struct net_device *dev;
	__u64 *count;

	if (!cpu)
		return 0;
	totals = &cpu->totals;
	r = &cpu->record;
	totals->seen++;

	dev = READ(skb->dev);
	if (IS_KERNEL_ADDRESS(dev)) {
		struct net *net = READ(dev->nd_net.net);

		key.ifindex = READ(dev->ifindex);
		key.netns_inum = READ(net->ns.inum);
	} else {
		dev = NULL;
	}
	if (device_mode != DEVICES_ALL) {
		struct device_key device = { .ifindex = key.ifindex, .netns_inum = key.netns_inum };
		bool listed = dev && bpf_map_lookup_elem(&devices, &device);

		if (listed != (device_mode == DEVICES_ALLOWED)) {
			totals->excluded++;
			return 0;
		}
	}

	if (filter_enabled) {
		__u32 captured;

		r->flags = 0;
		r->meta.ifindex = key.ifindex;
		captured = capture(r, skb, typed);
		if (!dropwatch_filter(r->window, captured, &r->meta, ipv4_header_length(r->window))) {
			totals->filtered++;
			return 0;
		}
		captured_protocol(&key, r, captured);
	} else if (!plain_protocol(&key, r, skb, typed)) {
		r->flags = 0;
		captured_protocol(&key, r, capture(r, skb, typed));
	}

	if (!dev) {
		struct sock *sk = READ(skb->sk);

		if (!IS_KERNEL_ADDRESS(sk))
			sk = rx_sk;
		if (sk) {
			struct net *net = READ(sk->__sk_common.skc_net.net);

			key.netns_inum = READ(net->ns.inum);
		}
	}

	count = bpf_map_lookup_elem(&counts, &key);
	if (count)
		++*count;
	else
		count_first(totals, &key, dev);
	return 0;
}

/* `?`: not loaded unless asked for. */
SEC("?tp_btf/kfree_skb")
int dropwatch_count_typed(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	__u64 location = ctx[1];
	__u32 reason = 0;
	struct sock *rx_sk = NULL;

	if (has_reason)
		reason = ctx[2];
	if (has_rx_sk)
		rx_sk = (void *)ctx[3];
	return on_counted_drop(skb, location, reason, has_reason, rx_sk, true);
}

SEC("?tracepoint/skb/kfree_skb")
int dropwatch_count_classic(struct trace_event_raw_kfree_skb *ctx)
{
	struct sk_buff *skb = ctx->skbaddr;
	__u64 location = (__u64)ctx->location;
	__u32 reason = 0;
	bool reason_known = bpf_core_field_exists(ctx->reason);
	struct sock *rx_sk = NULL;

	if (reason_known)
		reason = ctx->reason;
	if (bpf_core_field_exists(ctx->rx_sk))
		rx_sk = ctx->rx_sk;
	return on_counted_drop(skb, location, reason, reason_known, rx_sk, false);
}

#endif
