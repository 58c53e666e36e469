// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/*
 * Writes a record for each packet that the kernel drops (kfree_skb) and that passes the device list, the noise rules, the filter and the
 * rate limit. The cheap tests come first; time, socket and stack are read after the last of them.
 *
 * Settings are read-only data that the loader sets before loading, so that the verifier removes disabled code.
 * `make probe` compiles this file; the object is committed.
 */
#include "arguments.h"
#include "capture.h"
#include "fastpath.h"
#include "kernel.h"
#include "limit.h"
#include "noise.h"
#include "socket.h"
#include "record.h"
#include "dedup.h"
#include "slot.h"
#include "task.h"
#include "stack.h"

#define ENOENT 2
#define EAGAIN 11
#define ENOSPC 28
#define EOPNOTSUPP 95

char LICENSE[] SEC("license") = "Dual MIT/GPL";

const volatile __u32 record_version = RECORD_VERSION;
enum { DEVICES_ALL, DEVICES_ALLOWED, DEVICES_DENIED };
const volatile __u32 device_mode = DEVICES_ALL; /* used if KEY_DEVICES is set */
/* Maximum bytes to report, starting at the network header. The filter always sees WINDOW bytes. */
const volatile __u32 snaplen = WINDOW;

/* The map that records go to. The other one is not created, and the verifier removes the code that uses it. */
enum { RING_PERF, RING_BPF };
const volatile __u32 ring_kind = RING_PERF;
/* Bytes that a CPU writes to the BPF ring before it wakes the reader. A perf ring has its own watermark. */
const volatile __u64 wakeup_bytes = 1;

struct device_key {
	__u32 ifindex;
	__u32 netns_inum;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct device_key);
	__type(value, __u8);
} devices SEC(".maps");

/* One value for all, which saves lookups. The record is too large for the BPF stack. A program does not nest on a CPU, so one record
 * is enough. */
struct per_cpu {
	struct counters counters;
	__u64 bytes_since_wakeup; /* written to the BPF ring since this CPU last woke the reader */
	struct drop_record record;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct per_cpu);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

static __always_inline void describe_device(struct drop_record *r, struct net_device *dev, const enum access access)
{
	unsigned long state = READ(dev->state);
	__u32 flags = READ(dev->flags) & ~(FLAG_RUNNING | FLAG_LOWER_UP);

	/* As dev_get_flags() does: dev->flags does not have the carrier. */
	if (state & 1UL << LINK_STATE_START && !(state & 1UL << LINK_STATE_NOCARRIER))
		flags |= FLAG_RUNNING | FLAG_LOWER_UP;
	r->device_flags = flags;
	r->flags |= HAS_DEVICE;
	if (access == CAST)
		copy_words((__u64 *)r->device_name, (unsigned char *)&dev->name, sizeof(r->device_name) / WORD);
	else
		bpf_probe_read_kernel(r->device_name, sizeof(r->device_name), &dev->name);
}

/* A wakeup per record would cost more than everything else. Each CPU counts the bytes it has written, because bpf_ringbuf_query() costs
 * 12 ns. */
static __always_inline long output(void *ctx, struct per_cpu *cpu, struct drop_record *r, __u64 length)
{
	if (ring_kind == RING_PERF)
		return bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, r, length);
	cpu->bytes_since_wakeup += length;
	if (cpu->bytes_since_wakeup < wakeup_bytes)
		return bpf_ringbuf_output(&ring, r, length, BPF_RB_NO_WAKEUP);
	cpu->bytes_since_wakeup = 0;
	return bpf_ringbuf_output(&ring, r, length, BPF_RB_FORCE_WAKEUP);
}

/* Writes the record and counts the result. Returns whether it is in the ring. */
static __always_inline bool emit(void *ctx, struct per_cpu *cpu, struct drop_record *r, __u64 length)
{
	struct counters *c = &cpu->counters;
	long error = output(ctx, cpu, r, length);

	if (!error)
		c->emitted++;
	else if (error == -ENOSPC || error == -EAGAIN)
		c->lost_no_space++;
	else if (error == -ENOENT || error == -EOPNOTSUPP)
		c->lost_no_ring++;
	else
		c->lost_other++;
	return !error;
}

/* Whether the device list selects the drop. */
static __always_inline bool is_selected(struct net_device *dev, const enum access access)
{
	bool listed = false;

	if (dev) {
		struct net *net = READ(dev->nd_net.net);
		struct device_key key = { .ifindex = READ(dev->ifindex), .netns_inum = READ(net->ns.inum) };

		listed = bpf_map_lookup_elem(&devices, &key) != NULL;
	}
	return listed == (device_mode == DEVICES_ALLOWED);
}

/* Whether the filter matches what capture() has read. */
static __always_inline bool matches_captured(struct drop_record *r, __u32 captured)
{
	return FILTER(r->window, captured, &r->meta, ipv4_header_length(r->window));
}

/* The slow path of CAST programs. Not inlined, so that it costs the fast path nothing. */
static __noinline bool matches_slow_path(struct drop_record *r, struct sk_buff *skb)
{
	return matches_captured(r, capture(r, skb, CAST));
}

/* Whether the filter matches the packet. Sets *captured to the result of capture(), or NOT_CAPTURED if it was not called. */
#define NOT_CAPTURED (~0U)
static __always_inline bool matches(struct drop_record *r, struct sk_buff *skb, __u32 *captured, const enum access access,
				    const bool in_place)
{
	const __u8 *packet;
	__u32 bytes;

	*captured = NOT_CAPTURED;
	if (FILTER_READS(ifindex)) {
		struct net_device *dev = drop_device(skb, access);

		r->meta.ifindex = dev ? READ(dev->ifindex) : 0;
	}
	if (access != CAST) {
		*captured = capture(r, skb, access);
		return matches_captured(r, *captured);
	}
	if (unlikely(!fast_capture(r, skb, &packet, &bytes, in_place)))
		return matches_slow_path(r, skb);
	barrier_var(r);
	return FILTER(packet, bytes, &r->meta, ipv4_header_length(packet));
}

/* Fills the fields that all records have: time, task, packet, device (NULL: none), socket (NULL: none) and network namespace. */
static __always_inline void describe(struct drop_record *r, __u64 now, struct sk_buff *skb, struct net_device *dev,
				     struct sock *sk, const enum access access)
{
	struct net *net = NULL;

	r->version = RECORD_VERSION;
	r->time = now;
	describe_task(r, access);
	r->skb = (__u64)skb;
	r->queue_mapping = READ(skb->queue_mapping);
	r->meta.ifindex = 0;
	if (dev) {
		r->meta.ifindex = READ(dev->ifindex);
		describe_device(r, dev, access);
		net = READ(dev->nd_net.net);
	}
	clear_socket(r);
	if (sk) {
		sk = untrusted(sk, struct sock);
		describe_socket(r, sk, access);
		if (!dev)
			net = READ(sk->__sk_common.skc_net.net);
	}
	r->netns_inum = 0;
	r->netns_cookie = 0;
	if (net) {
		r->netns_inum = READ(net->ns.inum);
		if (bpf_core_field_exists(net->net_cookie))
			r->netns_cookie = READ(net->net_cookie);
	}
}

/* Limits the captured bytes to snaplen. Returns their length with padding, where the next part of the record starts. */
static __always_inline __u64 window_length(struct drop_record *r, __u32 captured)
{
	__u64 length;

	captured = min_u32(captured, snaplen);
	r->captured = captured;
	length = captured + 7;
	BOUND(length, 2 * WINDOW - 8);
	return length;
}

/* Reports a selected drop, unless the rate limit is reached. */
static __always_inline int report(void *ctx, struct per_cpu *cpu, __u32 captured, const enum access access)
{
	struct drop_record *r = &cpu->record;
	struct sk_buff *skb = drop_skb(ctx);
	struct sk_buff *untrusted_skb = untrusted(skb, struct sk_buff);
	__u64 now = bpf_ktime_get_ns();
	struct sock *sk;
	struct stack_cache_entry *definition;
	__u64 length;

	if (events_per_second && !within_limit(now)) {
		cpu->counters.limited++;
		return 0;
	}
	if (captured == NOT_CAPTURED)
		captured = capture(r, skb, access);
	sk = READ(untrusted_skb->sk);
	if (!IS_KERNEL_ADDRESS(sk))
		sk = drop_rx_sk(ctx);
	describe(r, now, skb, drop_device(skb, access), sk, access);
	r->source = SOURCE_SOFTWARE;
	r->location = drop_location(ctx);
	r->reason = drop_reason(ctx);
	if (has_reason)
		r->flags |= HAS_REASON;
	length = window_length(r, captured);
	r->stack_bytes = add_stack(ctx, r, length, &definition, access);
	if (!emit(ctx, cpu, r, __builtin_offsetof(struct drop_record, window) + length + r->stack_bytes) && definition)
		definition->time = 0; /* the stack is lost: the next record has its own */
	return 0;
}

/* Not inlined, so that the reject path saves fewer registers and needs less stack. */
static __noinline int report_cast(void *ctx, struct per_cpu *cpu)
{
	return report(ctx, cpu, NOT_CAPTURED, CAST);
}

static __noinline int report_typed(void *ctx, struct per_cpu *cpu, __u32 captured)
{
	return report(ctx, cpu, captured, TYPED);
}

static __always_inline int on_drop(void *ctx, const enum access access, const bool in_place)
{
	__u32 zero = 0;
	struct per_cpu *cpu = bpf_map_lookup_elem(&per_cpu, &zero);
	__u32 captured = NOT_CAPTURED;

	if (!cpu)
		return 0;
	if (STATIC_KEY(KEY_TRAPS) && last_report && was_reported(drop_skb(ctx)))
		return 0;
	cpu->counters.seen++;
	if (STATIC_KEY(KEY_DEVICES) && !is_selected(drop_device(drop_skb(ctx), access), access)) {
		cpu->counters.excluded++;
		return 0;
	}
	if (STATIC_KEY(KEY_NOISE) && count_noise(drop_reason(ctx), has_reason, drop_location(ctx)))
		return 0;
	if (STATIC_KEY(KEY_FILTER) && !matches(&cpu->record, drop_skb(ctx), &captured, access, in_place)) {
		cpu->counters.filtered++;
		return 0;
	}
	return access == CAST ? report_cast(ctx, cpu) : report_typed(ctx, cpu, captured);
}

SEC("tp_btf/kfree_skb")
int dropwatch_in_place(__u64 *ctx)
{
	return on_drop(ctx, CAST, true);
}

SEC("tp_btf/kfree_skb")
int dropwatch_cast(__u64 *ctx)
{
	return on_drop(ctx, CAST, false);
}

SEC("tp_btf/kfree_skb")
int dropwatch_typed(__u64 *ctx)
{
	return on_drop(ctx, TYPED, false);
}

/* The other programs of the object, which use the functions above. */
#include "devlink.h"
#include "count.h"
#include "orc_tables.h"
