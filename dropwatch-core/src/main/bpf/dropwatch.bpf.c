// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/*
 * One record for each packet the kernel drops (kfree_skb), unless the device list, the filter or the rate limit says no.
 * Cheap tests come first, and whatever costs (time, socket, stack) only after the last of them.
 *
 * Settings are read-only data, set before the program is loaded, so that the verifier removes what is switched off.
 * `make probe` compiles this file; the object is committed.
 */
#include "capture.h"
#include "kernel.h"
#include "owner.h"
#include "record.h"

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
const volatile __u32 filter_enabled = 0;
enum { DEVICES_ALL, DEVICES_ALLOWED, DEVICES_DENIED };
const volatile __u32 device_mode = DEVICES_ALL;
/* Events in any second, over all CPUs; 0: no limit. `emissions` has as many entries. */
const volatile __u32 events_per_second = 0;
/* Return addresses wanted, times 8; 0: the stack is not walked. */
const volatile __u32 stack_bytes = MAX_STACK * 8;
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
 * The filter's slot: its end is overwritten in the object's image before loading. The verifier removes the `goto +0` run,
 * so what is not used costs nothing. Hidden, not static, and a verdict that the compiler cannot see: clang would otherwise
 * propagate constants into the function and out of it.
 *
 * ipv4_header is what ipv4_header_length() says; any other result than 0 is a match.
 */
__hidden __noinline int dropwatch_filter(const __u8 *base, __u32 captured, const struct filter_meta *meta,
					 __u32 ipv4_header)
{
	int verdict = 1;

	asm volatile(".rept 2048\n\tgoto +0\n\t.endr"
		     : "+r"(verdict)
		     : "r"(base), "r"(captured), "r"(meta), "r"(ipv4_header));
	return verdict;
}

/* Bytes of the IPv4 header, if it is one: every filter that asks for a port needs it, and the verifier its bound. */
static __always_inline __u32 ipv4_header_length(const __u8 *network)
{
	return (network[0] & 15) << 2;
}

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

static __always_inline void describe_device(struct drop_record *r, struct net_device *dev, const bool typed)
{
	unsigned long state = READ(dev->state);
	__u32 flags = READ(dev->flags) & ~(FLAG_RUNNING | FLAG_LOWER_UP);

	/* As dev_get_flags() computes them: the stored word does not have the carrier. */
	if (state & 1UL << LINK_STATE_START && !(state & 1UL << LINK_STATE_NOCARRIER))
		flags |= FLAG_RUNNING | FLAG_LOWER_UP;
	r->device_flags = flags;
	r->flags |= HAS_DEVICE;
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

static __always_inline int on_drop(void *ctx, struct sk_buff *skb, __u64 location, __u32 reason, bool reason_known,
				   struct sock *rx_sk, const bool typed)
{
	__u32 zero = 0;
	struct per_cpu *cpu = bpf_map_lookup_elem(&per_cpu, &zero);
	struct counters *c;
	struct drop_record *r;
	struct net_device *dev;
	struct net *net = NULL;
	struct sock *sk;
	__u32 captured;
	__u64 length;
	__u64 now;
	long error;

	if (!cpu)
		return 0;
	c = &cpu->counters;
	r = &cpu->record;
	c->seen++;

	r->flags = 0;
	r->meta.ifindex = 0;
	r->netns_inum = 0;
	dev = READ(skb->dev);
	if (IS_KERNEL_ADDRESS(dev))
		r->meta.ifindex = READ(dev->ifindex);
	else
		dev = NULL;
	if (device_mode != DEVICES_ALL) {
		bool listed = false;

		if (dev) {
			struct device_key key = { .ifindex = r->meta.ifindex };

			net = READ(dev->nd_net.net);
			key.netns_inum = READ(net->ns.inum);
			listed = bpf_map_lookup_elem(&devices, &key) != NULL;
		}
		if (listed != (device_mode == DEVICES_ALLOWED)) {
			c->excluded++;
			return 0;
		}
	}

	captured = capture(r, skb, typed);
	if (filter_enabled && !dropwatch_filter(r->window, captured, &r->meta, ipv4_header_length(r->window))) {
		c->filtered++;
		return 0;
	}

	now = bpf_ktime_get_ns();
	if (events_per_second && !within_limit(now)) {
		c->limited++;
		return 0;
	}

	r->version = RECORD_VERSION;
	r->time = now;
	r->pid_tgid = bpf_get_current_pid_tgid();
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	r->skb = (__u64)skb;
	r->location = location;
	r->reason = reason;
	if (reason_known)
		r->flags |= HAS_REASON;
	r->source = SOURCE_SOFTWARE;
	r->queue_mapping = READ(skb->queue_mapping);
	if (dev) {
		describe_device(r, dev, typed);
		net = READ(dev->nd_net.net);
	}

	r->task_cgroup = bpf_get_current_cgroup_id();
	forget_socket(r);
	sk = READ(skb->sk);
	if (!IS_KERNEL_ADDRESS(sk))
		sk = rx_sk;
	if (sk) {
		describe_socket(r, sk, typed);
		if (!dev)
			net = READ(sk->__sk_common.skc_net.net);
	}
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
	r->stack_bytes = 0;
	if (stack_bytes) {
		long walked = bpf_get_stack(ctx, r->window + length, stack_bytes, 0);

		if (walked > 0) {
			BOUND(walked, 1023);
			r->stack_bytes = walked;
			length += walked;
		}
	}
	length += __builtin_offsetof(struct drop_record, window);
	error = output(ctx, r, length);
	if (error)
		count_lost(c, error);
	else
		c->emitted++;
	return 0;
}

SEC("tp_btf/kfree_skb")
int dropwatch_typed(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	__u64 location = ctx[1];
	__u32 reason = 0;
	struct sock *rx_sk = NULL;

	if (has_reason)
		reason = ctx[2];
	if (has_rx_sk)
		rx_sk = (void *)ctx[3];
	return on_drop(ctx, skb, location, reason, has_reason, rx_sk, true);
}

SEC("tracepoint/skb/kfree_skb")
int dropwatch_classic(struct trace_event_raw_kfree_skb *ctx)
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
	return on_drop(ctx, skb, location, reason, reason_known, rx_sk, false);
}
