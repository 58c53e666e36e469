/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The kernel stack, walked for each record or once in a period for each location and reason.
 */
#ifndef DROPWATCH_WALK_H
#define DROPWATCH_WALK_H

#include "capture.h"
#include "record.h"
#include "unwind.h"

/* Return addresses wanted, times 8; 0: the stack is not walked. */
const volatile __u32 stack_bytes = MAX_STACK * 8;
/* Nanoseconds for which one stack stands for all of its location and reason on its CPU; 0: each record has its own. */
const volatile __u64 stack_period = 0;

#define WALKS_BITS 10

/*
 * When a stack was last walked for one location and reason; others that fall into the same place take it over. Per CPU, so that
 * the record with the stack comes before those that refer to it, in whatever order rings are read.
 */
struct walk {
	__u64 location;
	__u64 time; /* of the record that has the stack; 0: there is none */
	__u32 reason;
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1 << WALKS_BITS);
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

static __always_inline struct walk *last_walk(__u64 location, __u32 reason)
{
	__u32 place = (location + reason) * 0x9e3779b97f4a7c15ULL >> (64 - WALKS_BITS);

	return bpf_map_lookup_elem(&walks, &place);
}

/*
 * Puts the stack at `length` bytes into the window, or the time of the record that has it. Returns the bytes put there. *lent is
 * set if others are going to refer to this record.
 */
static __always_inline __u64 add_stack(void *ctx, struct drop_record *r, __u64 length, struct walk **lent,
				      const enum access access)
{
	struct walk *walk = NULL;
	long walked;

	*lent = NULL;
	if (!stack_bytes)
		return 0;
	if (stack_period) {
		walk = last_walk(r->location, r->reason);
		if (walk && walk->location == r->location && walk->reason == r->reason && walk->time &&
		    r->time - walk->time < stack_period) {
			*(__u64 *)(r->window + length) = walk->time;
			r->flags |= SHARED_STACK;
			return sizeof(walk->time);
		}
	}
	walked = access == CAST && tables.text_bytes ? unwind(r, length, stack_bytes) : 0;
	if (!walked)
		walked = bpf_get_stack(ctx, r->window + length, stack_bytes, 0);
	if (walked <= 0)
		return 0;
	BOUND(walked, 1023);
	if (walk) {
		walk->location = r->location;
		walk->reason = r->reason;
		walk->time = r->time;
		r->flags |= LENT_STACK;
		*lent = walk;
	}
	return walked;
}

#endif
