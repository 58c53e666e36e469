/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The rate limit: at most events_per_second events in any second, over all CPUs, shared fairly between the CPUs.
 *
 * `emissions`, a log of event times, enforces the limit. On top of it each CPU has a quota by max-min fairness: what the CPU wanted in
 * the last second, or an even share of what CPUs that wanted less have left. So a few drops on one CPU are reported although another
 * CPU drops a flood, and no part of the limit stays unused while a CPU wants it.
 */
#ifndef DROPWATCH_LIMIT_H
#define DROPWATCH_LIMIT_H

#include "kernel.h"

#define NSEC_PER_SEC 1000000000ULL
/* Slots an event tries before it counts as limited: CPUs that race for the same slot go on to the next. */
#define SLOT_ATTEMPTS 8
#define SLOT_RACE_NS 1000000ULL

/* 0: no limit. Also the number of entries of `emissions`. */
const volatile __u32 events_per_second = 0;
/* CPUs with a quota; also the number of entries of `shares`. Other CPUs compete for slots without one. */
const volatile __u32 sharing_cpus = 1;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} emissions SEC(".maps");

/* Time is divided into slices of 2^22 ns, 4.2 ms. Demand is remembered for 1.07 s, granted events for 1.002 to 1.007 s: slightly longer
 * than a slot of the log is taken, so that a CPU cannot take a slot of another CPU instead. */
#define SLICE_BITS 22
#define SLICES 256
#define GRANTED_SLICES 240
/* A quota is recomputed every 16 slices, 67 ms. */
#define QUOTA_BITS 4

/* Of one CPU: that CPU writes it, all CPUs read it. */
struct share {
	__u64 slice; /* the last one in which the CPU wanted an event */
	__u64 demand; /* events wanted in the last SLICES */
	__u64 granted; /* events granted in the last GRANTED_SLICES */
	__u64 quota; /* maximum of `granted` */
	__u32 demand_in[SLICES];
	__u32 granted_in[SLICES];
} __attribute__((aligned(64)));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct share);
} shares SEC(".maps");

static __u64 oldest_emission;

/*
 * Takes a slot of `emissions`, which holds the time of one event. A slot can be taken again after a second and there are
 * events_per_second slots, so no second has more events. oldest_emission is a hint: the slot to try first.
 */
static __always_inline bool take_slot(__u64 now)
{
	__u64 cursor = *(volatile __u64 *)&oldest_emission;

	for (int i = 0; i < SLOT_ATTEMPTS; i++) {
		__u32 index = (cursor + i) % events_per_second;
		__u64 *slot = bpf_map_lookup_elem(&emissions, &index);
		__u64 taken;

		if (!slot)
			return false;
		taken = *(volatile __u64 *)slot;
		if ((__s64)(now - taken) >= (__s64)NSEC_PER_SEC) {
			if (__sync_val_compare_and_swap(slot, taken, now) == taken) {
				__sync_fetch_and_add(&oldest_emission, 1);
				return true;
			}
		} else if ((__s64)(now - taken) > (__s64)SLOT_RACE_NS) {
			return false; /* not a race with another CPU: the limit is reached */
		}
	}
	return false;
}

/* a < b ? 1 : 0 without a branch: the verifier would follow both paths for every CPU and slice. */
static __always_inline __u64 is_less(__u64 a, __u64 b)
{
	__u64 below = a - b;

	asm("%0 >>= 63" : "+r"(below));
	return below;
}

static __always_inline __u64 clamp_to_limit(__u64 demand)
{
	return events_per_second - is_less(demand, events_per_second) * (events_per_second - demand);
}

/*
 * The quota of a CPU. Each round satisfies the CPUs that want no more than the current level and divides the rest of the limit among
 * the others. A few rounds come close to the exact level, from below. The remainder of a division rotates between CPUs. If the limit is
 * large, one event is reserved for each idle CPU, so that its first drop is reported.
 */
#define LEVEL_ROUNDS 4
static __noinline __u64 fair_quota(__u32 cpu, __u64 slice)
{
	const __u64 reserved = events_per_second / 16 >= sharing_cpus;
	__u64 level = 0;
	__u64 left = events_per_second;
	__u64 above = 0;
	__u64 rank = 0;

	for (int round = 0; round < LEVEL_ROUNDS; round++) {
		__u64 satisfied = 0;
		__u64 all = 0;

		above = 0;
		rank = 0;
		for (__u32 i = 0; i < sharing_cpus; i++) {
			__u32 key = i;
			struct share *share = bpf_map_lookup_elem(&shares, &key);
			__u64 idle;
			__u64 demand;
			__u64 more;

			if (!share)
				return events_per_second;
			idle = slice - *(volatile __u64 *)&share->slice;
			idle *= is_less(0, idle); /* the other CPU may already be in the next slice */
			demand = clamp_to_limit(*(volatile __u64 *)&share->demand);
			demand = is_less(idle, 32 * SLICES) * demand >> ((idle / SLICES) & 31);
			demand += reserved;
			more = is_less(level, demand);
			above += more;
			rank += is_less(i, cpu) * more;
			all += demand;
			satisfied += demand * (1 - more);
		}
		if (all <= events_per_second || !above)
			return events_per_second;
		left = events_per_second - satisfied;
		level = left / above;
	}
	return level + ((rank + (slice >> 8)) % above < left % above);
}

static __noinline int advance_slice(struct share *mine, __u32 cpu, __u64 slice)
{
	__u64 passed = slice - mine->slice;
	__u64 demand = 0;
	__u64 granted = 0;

	for (int i = 0; i < SLICES; i++) {
		__u64 age = passed + ((mine->slice - i) & (SLICES - 1));

		mine->demand_in[i] *= is_less(age, SLICES);
		mine->granted_in[i] *= is_less(age, SLICES);
		demand += mine->demand_in[i];
		granted += is_less(age, GRANTED_SLICES) * mine->granted_in[i];
	}
	mine->demand = demand;
	mine->granted = granted;
	if ((mine->slice ^ slice) >> QUOTA_BITS)
		mine->quota = fair_quota(cpu, slice);
	mine->slice = slice;
	return 0;
}

static __always_inline bool within_limit(__u64 now)
{
	__u64 slice = now >> SLICE_BITS;
	__u32 index = slice % SLICES;
	__u32 cpu = bpf_get_smp_processor_id();
	struct share *mine = bpf_map_lookup_elem(&shares, &cpu);

	if (!mine)
		return take_slot(now);
	if (mine->slice != slice)
		advance_slice(mine, cpu, slice);
	mine->demand_in[index]++;
	if (mine->granted >= mine->quota || !take_slot(now))
		return false;
	mine->granted_in[index]++;
	mine->granted++;
	return true;
}

#endif
