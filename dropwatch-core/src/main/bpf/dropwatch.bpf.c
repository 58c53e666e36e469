// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/*
 * One record for each packet the kernel drops (kfree_skb), unless the device list, a noise rule, the filter or the rate limit
 * says no.
 * Cheap tests come first, and whatever costs (time, socket, stack) only after the last of them.
 *
 * Settings are read-only data, set before the program is loaded, so that the verifier removes what is switched off.
 * `make probe` compiles this file; the object is committed.
 */
#include "capture.h"
#include "glance.h"
#include "kernel.h"
#include "noise.h"
#include "owner.h"
#include "record.h"
#include "reported.h"
#include "slot.h"
#include "task.h"
#include "walk.h"

#define ENOENT 2
#define EAGAIN 11
#define ENOSPC 28
#define EOPNOTSUPP 95
#define SECOND 1000000000ULL
/* Slots that one event looks at before it counts as limited: CPUs that race for the same slot move on to the next. */
#define LIMIT_ATTEMPTS 8
#define LIMIT_RACE 1000000ULL

char LICENSE[] SEC("license") = "Dual MIT/GPL";

const volatile __u32 record_version = RECORD_VERSION;
/* Which arguments this kernel's tracepoint has: read from its btf_trace_kfree_skb, not guessed from a version. */
const volatile __u32 has_reason = 0;
const volatile __u32 has_rx_sk = 0;
enum { DEVICES_ALL, DEVICES_ALLOWED, DEVICES_DENIED };
const volatile __u32 device_mode = DEVICES_ALL; /* with ASK_DEVICES */
/* Events in any second, over all CPUs; 0: no limit. `emissions` has as many entries. */
const volatile __u32 events_per_second = 0;
/* Bytes reported from the network header on; the filter sees WINDOW whatever this is. */
const volatile __u32 snaplen = WINDOW;

/* Into which map records go. The other one is not created, and the verifier removes what would use it. */
enum { RING_PERF, RING_BPF };
const volatile __u32 ring_kind = RING_PERF;
/* Bytes waiting in the BPF ring from which the reader is woken; a perf ring has its own setting. */
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

/* One value for both: a look-up less. The record is put together here, too large for the BPF stack; the program cannot
 * nest on one CPU. */
struct per_cpu {
	struct counters counters;
	struct drop_record record;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct per_cpu);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} emissions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

static __u64 oldest_emission;

/*
 * At most events_per_second events in any second whatever: each slot of `emissions` holds the time of one event and can be
 * taken again a second later, so two events that share a slot are a second apart, and there are as many slots as the limit.
 * oldest_emission only says where to look first.
 */
static __always_inline bool within_limit(__u64 now)
{
	__u64 cursor = *(volatile __u64 *)&oldest_emission;

	for (int i = 0; i < LIMIT_ATTEMPTS; i++) {
		__u32 index = (cursor + i) % events_per_second;
		__u64 *slot = bpf_map_lookup_elem(&emissions, &index);
		__u64 taken;

		if (!slot)
			return false;
		taken = *(volatile __u64 *)slot;
		if ((__s64)(now - taken) >= (__s64)SECOND) {
			if (__sync_val_compare_and_swap(slot, taken, now) == taken) {
				__sync_fetch_and_add(&oldest_emission, 1);
				return true;
			}
		} else if ((__s64)(now - taken) > (__s64)LIMIT_RACE) {
			return false; /* not taken just now by another CPU: the limit is reached */
		}
	}
	return false;
}

static __always_inline void describe_device(struct drop_record *r, struct net_device *dev, const enum access access)
{
	unsigned long state = READ(dev->state);
	__u32 flags = READ(dev->flags) & ~(FLAG_RUNNING | FLAG_LOWER_UP);

	/* As dev_get_flags() computes them: the stored word does not have the carrier. */
	if (state & 1UL << LINK_STATE_START && !(state & 1UL << LINK_STATE_NOCARRIER))
		flags |= FLAG_RUNNING | FLAG_LOWER_UP;
	r->device_flags = flags;
	r->flags |= HAS_DEVICE;
	if (access == CAST)
		copy_words((__u64 *)r->device_name, (unsigned char *)&dev->name, sizeof(r->device_name) / WORD);
	else
		bpf_probe_read_kernel(r->device_name, sizeof(r->device_name), &dev->name);
}

static __always_inline void count_lost(struct counters *c, long error)
{
	if (error == -ENOSPC || error == -EAGAIN)
		c->lost_no_space++;
	else if (error == -ENOENT || error == -EOPNOTSUPP)
		c->lost_no_ring++;
	else
		c->lost_other++;
}

/* A wakeup for each record would cost more than all the rest. The reader is woken by the record that makes enough bytes wait,
 * not by those behind it: it does not sleep while so many are there. */
static __always_inline long output(void *ctx, struct drop_record *r, __u64 length)
{
	__u64 waiting;

	if (ring_kind == RING_PERF)
		return bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, r, length);
	waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	return bpf_ringbuf_output(&ring, r, length,
				  waiting < wakeup_bytes && waiting + length >= wakeup_bytes ? BPF_RB_FORCE_WAKEUP
											     : BPF_RB_NO_WAKEUP);
}

/* The tracepoint's arguments. Read where they are used: the filter leaves no register as it was. */
static __always_inline struct sk_buff *drop_skb(void *ctx, const enum access access)
{
	return access == CLASSIC ? ((struct trace_event_raw_kfree_skb *)ctx)->skbaddr : (void *)((__u64 *)ctx)[0];
}

static __always_inline __u64 drop_location(void *ctx, const enum access access)
{
	return access == CLASSIC ? (__u64)((struct trace_event_raw_kfree_skb *)ctx)->location : ((__u64 *)ctx)[1];
}

static __always_inline bool reason_known(const enum access access)
{
	struct trace_event_raw_kfree_skb *event = NULL;

	return access == CLASSIC ? bpf_core_field_exists(event->reason) : has_reason;
}

static __always_inline __u32 drop_reason(void *ctx, const enum access access)
{
	if (!reason_known(access))
		return 0;
	return access == CLASSIC ? ((struct trace_event_raw_kfree_skb *)ctx)->reason : ((__u64 *)ctx)[2];
}

static __always_inline struct sock *drop_rx_sk(void *ctx, const enum access access)
{
	struct trace_event_raw_kfree_skb *event = ctx;

	if (access == CLASSIC)
		return bpf_core_field_exists(event->rx_sk) ? event->rx_sk : NULL;
	return has_rx_sk ? (void *)((__u64 *)ctx)[3] : NULL;
}

static __always_inline struct net_device *drop_device(struct sk_buff *skb, const enum access access)
{
	struct sk_buff *loose = LOOSE(skb, struct sk_buff);
	struct net_device *dev = READ(loose->dev);

	return IS_KERNEL_ADDRESS(dev) ? dev : NULL;
}

/* Whether the device list takes the drop. */
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

/* Whether the filter takes the packet. *captured is what capture() says; NOT_CAPTURED: it has not been asked. */
#define NOT_CAPTURED (~0U)
static __always_inline bool matches(struct drop_record *r, struct sk_buff *skb, const __u32 asked, __u32 *captured,
				    const enum access access)
{
	const bool in_place = access == CAST && asked & ASK_FILTER_IN_PLACE;
	const __u8 *packet = NULL;
	__u32 bytes;

	*captured = NOT_CAPTURED;
	if (FILTER_READS(ifindex)) {
		struct net_device *dev = drop_device(skb, access);

		r->meta.ifindex = dev ? READ(dev->ifindex) : 0;
	}
	if (in_place)
		packet = glance(&r->meta, skb, asked, &bytes);
	if (!packet) {
		bytes = capture(r, skb, access);
		*captured = bytes;
		/* The same type as in place, so that one slot serves both. */
		packet = in_place ? readable(r->window) : r->window;
	}
	return FILTER(packet, bytes, &r->meta, ipv4_header_length(packet));
}

static __always_inline int on_drop(void *ctx, const enum access access)
{
	__u32 zero = 0;
	struct per_cpu *cpu = bpf_map_lookup_elem(&per_cpu, &zero);
	struct sk_buff *skb = drop_skb(ctx, access);
	__u32 captured = NOT_CAPTURED;
	__u32 asked = checks;
	struct counters *c;
	struct drop_record *r;
	struct net_device *dev;
	struct net *net = NULL;
	struct sock *sk;
	struct walk *walk;
	__u64 length;
	__u64 now;
	long error;

	if (!cpu)
		return 0;
	if (was_reported(skb))
		return 0;
	c = &cpu->counters;
	r = &cpu->record;
	c->seen++;

	if (asked & ASK_DEVICES && !is_selected(drop_device(skb, access), access)) {
		c->excluded++;
		return 0;
	}
	if (asked & ASK_NOISE &&
	    count_noise(drop_reason(ctx, access), reason_known(access), drop_location(ctx, access)))
		return 0;
	if (asked & ASK_FILTER) {
		if (!matches(r, skb, asked, &captured, access)) {
			c->filtered++;
			return 0;
		}
		skb = drop_skb(ctx, access);
	}

	now = bpf_ktime_get_ns();
	if (events_per_second && !within_limit(now)) {
		c->limited++;
		return 0;
	}

	if (captured == NOT_CAPTURED)
		captured = capture(r, skb, access);
	r->version = RECORD_VERSION;
	r->time = now;
	describe_task(r, access);
	r->skb = (__u64)skb;
	r->location = drop_location(ctx, access);
	r->reason = drop_reason(ctx, access);
	if (reason_known(access))
		r->flags |= HAS_REASON;
	r->source = SOURCE_SOFTWARE;
	r->queue_mapping = READ(skb->queue_mapping);

	dev = drop_device(skb, access);
	r->meta.ifindex = 0;
	if (dev) {
		r->meta.ifindex = READ(dev->ifindex);
		describe_device(r, dev, access);
		net = READ(dev->nd_net.net);
	}

	forget_socket(r);
	skb = LOOSE(skb, struct sk_buff);
	sk = READ(skb->sk);
	if (!IS_KERNEL_ADDRESS(sk))
		sk = drop_rx_sk(ctx, access);
	if (sk) {
		sk = LOOSE(sk, struct sock);
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

	captured = least(captured, snaplen);
	r->captured = captured;
	length = captured + 7;
	BOUND(length, 2 * WINDOW - 8);
	r->stack_bytes = add_stack(ctx, r, length, &walk);
	length += r->stack_bytes + __builtin_offsetof(struct drop_record, window);
	error = output(ctx, r, length);
	if (error) {
		count_lost(c, error);
		if (walk)
			walk->time = 0; /* nobody gets this stack: the next record has it again */
	} else {
		c->emitted++;
	}
	return 0;
}

SEC("tp_btf/kfree_skb")
int dropwatch_cast(__u64 *ctx)
{
	return on_drop(ctx, CAST);
}

SEC("tp_btf/kfree_skb")
int dropwatch_typed(__u64 *ctx)
{
	return on_drop(ctx, TYPED);
}

SEC("tracepoint/skb/kfree_skb")
int dropwatch_classic(void *ctx)
{
	return on_drop(ctx, CLASSIC);
}

/* Drops by devices, and the other mode, in the same object: they share what is above. */
#include "devlink.h"
#include "count.h"
