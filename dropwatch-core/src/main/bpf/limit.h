/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The rate limit: never more events than it says in any second, over all CPUs, and to each CPU what it wants or an even share.
 *
 * The first is a log of times, `emissions`, and holds by itself. The second only ever takes less: a CPU gets no more than its part,
 * which is what is left to it when the limit is filled up evenly among the CPUs, none above what it has wanted in the last second
 * (max-min fairness). So the few drops of one CPU are told beside a flood on another, and what nobody else wants is not kept back.
 */
#ifndef DROPWATCH_LIMIT_H
#define DROPWATCH_LIMIT_H

#include "kernel.h"

#define SECOND 1000000000ULL
/* Slots that one event looks at before it counts as limited: CPUs that race for the same slot move on to the next. */
#define LIMIT_ATTEMPTS 8
#define LIMIT_RACE 1000000ULL

/* Events in any second, over all CPUs; 0: no limit. `emissions` has as many entries. */
const volatile __u32 events_per_second = 0;
/* CPUs that share it; `shares` has as many entries. Others get what comes first. */
const volatile __u32 sharing_cpus = 1;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} emissions SEC(".maps");

/* Time is looked at in slices of 4.2 ms. What a CPU has wanted counts for 1.07 s. What it got is past after 1.002 to 1.007 s: a bit
 * after the log's slot is free again, so that it cannot take one of another's instead. */
#define SLICE_BITS 22
#define SLICES 256
#define GOT_SLICES 240
/* Slices after which the parts are looked at anew: 67 ms. */
#define PART_BITS 4

/* Of one CPU: written there, read by all. */
struct share {
	__u64 slice; /* the last in which it wanted an event */
	__u64 wants; /* events wanted in the SLICES before that */
	__u64 got; /* events in the GOT_SLICES up to now */
	__u64 part; /* events it may get in so many */
	__u32 wanted_in[SLICES];
	__u32 got_in[SLICES];
} __attribute__((aligned(64)));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct share);
} shares SEC(".maps");

static __u64 oldest_emission;

/*
 * At most events_per_second events in any second whatever: each slot of `emissions` holds the time of one event and can be
 * taken again a second later, so two events that share a slot are a second apart, and there are as many slots as the limit.
 * oldest_emission only says where to look first.
 */
static __always_inline bool has_slot(__u64 now)
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

/* 1 where a < b, else 0; without a branch, of whose ways the verifier would follow each for every CPU and slice. */
static __always_inline __u64 is_less(__u64 a, __u64 b)
{
	__u64 below = a - b;

	asm("%0 >>= 63" : "+r"(below));
	return below;
}

static __always_inline __u64 at_most_limit(__u64 wants)
{
	return events_per_second - is_less(wants, events_per_second) * (events_per_second - wants);
}

/*
 * What this CPU may get. Filled up in rounds: who wants no more than the level so far has it, the others share what is left. Few rounds
 * come close, and stay below. What does not divide goes around. Where the limit is large, one event is kept for each CPU that was
 * silent, so that its first is told too.
 */
#define LEVEL_ROUNDS 4
static __noinline __u64 part_of(__u32 cpu, __u64 slice)
{
	const __u64 kept = events_per_second / 16 >= sharing_cpus;
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
			__u64 silent;
			__u64 wants;
			__u64 more;

			if (!share)
				return events_per_second;
			silent = slice - *(volatile __u64 *)&share->slice;
			silent *= is_less(0, silent); /* another CPU may be in the next slice already */
			wants = at_most_limit(*(volatile __u64 *)&share->wants);
			wants = is_less(silent, 32 * SLICES) * wants >> ((silent / SLICES) & 31);
			wants += kept;
			more = is_less(level, wants);
			above += more;
			rank += is_less(i, cpu) * more;
			all += wants;
			satisfied += wants * (1 - more);
		}
		if (all <= events_per_second || !above)
			return events_per_second;
		left = events_per_second - satisfied;
		level = left / above;
	}
	return level + ((rank + (slice >> 8)) % above < left % above);
}

static __noinline int begin_slice(struct share *mine, __u32 cpu, __u64 slice)
{
	__u64 passed = slice - mine->slice;
	__u64 wants = 0;
	__u64 got = 0;

	for (int i = 0; i < SLICES; i++) {
		__u64 age = passed + ((mine->slice - i) & (SLICES - 1));

		mine->wanted_in[i] *= is_less(age, SLICES);
		mine->got_in[i] *= is_less(age, SLICES);
		wants += mine->wanted_in[i];
		got += is_less(age, GOT_SLICES) * mine->got_in[i];
	}
	mine->wants = wants;
	mine->got = got;
	if ((mine->slice ^ slice) >> PART_BITS)
		mine->part = part_of(cpu, slice);
	mine->slice = slice;
	return 0;
}

static __always_inline bool within_limit(__u64 now)
{
	__u64 slice = now >> SLICE_BITS;
	__u32 place = slice % SLICES;
	__u32 cpu = bpf_get_smp_processor_id();
	struct share *mine = bpf_map_lookup_elem(&shares, &cpu);

	if (!mine)
		return has_slot(now);
	if (mine->slice != slice)
		begin_slice(mine, cpu, slice);
	mine->wanted_in[place]++;
	if (mine->got >= mine->part || !has_slot(now))
		return false;
	mine->got_in[place]++;
	mine->got++;
	return true;
}

#endif
