/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Adds the kernel stack to a record. With a period, a stack is walked once per location, reason and CPU in that time; the records in
 * between refer to it.
 */
#ifndef DROPWATCH_STACK_H
#define DROPWATCH_STACK_H

#include "capture.h"
#include "record.h"
#include "unwind.h"

/* Maximum size of a stack, 8 bytes per return address; 0: no stacks. */
const volatile __u32 stack_bytes = MAX_STACK * 8;
/* How long records refer to an earlier stack of the same location, reason and CPU, in ns; 0: each record has its own stack. */
const volatile __u64 stack_period = 0;

#define STACK_CACHE_BITS 10

/*
 * The last stack of a location and reason. A hash collision replaces the entry. Per CPU, so that a reader sees the record with the
 * stack before the records that refer to it, whatever the order in which it reads the rings.
 */
struct stack_cache_entry {
	__u64 location;
	__u64 time; /* of the record with the stack; 0: none */
	__u32 reason;
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1 << STACK_CACHE_BITS);
	__type(key, __u32);
	__type(value, struct stack_cache_entry);
} stack_cache SEC(".maps");

static __always_inline struct stack_cache_entry *cached_stack(__u64 location, __u32 reason)
{
	__u32 slot = (location + reason) * 0x9e3779b97f4a7c15ULL >> (64 - STACK_CACHE_BITS);

	return bpf_map_lookup_elem(&stack_cache, &slot);
}

/*
 * Writes the stack, or the time of the record that has it, to the window at offset `length`. Returns the bytes written. Sets
 * *definition if later records may refer to this one.
 */
static __always_inline __u64 add_stack(void *ctx, struct drop_record *r, __u64 length, struct stack_cache_entry **definition,
				       const enum access access)
{
	struct stack_cache_entry *entry = NULL;
	long bytes;

	*definition = NULL;
	if (!stack_bytes)
		return 0;
	if (stack_period) {
		entry = cached_stack(r->location, r->reason);
		if (entry && entry->location == r->location && entry->reason == r->reason && entry->time &&
		    r->time - entry->time < stack_period) {
			*(__u64 *)(r->window + length) = entry->time;
			r->flags |= STACK_REFERENCE;
			return sizeof(entry->time);
		}
	}
	bytes = access == CAST && orc_tables.text_bytes ? unwind_stack(r, length, stack_bytes) : 0;
	if (!bytes)
		bytes = bpf_get_stack(ctx, r->window + length, stack_bytes, 0);
	if (bytes <= 0)
		return 0;
	BOUND(bytes, 1023);
	if (entry) {
		entry->location = r->location;
		entry->reason = r->reason;
		entry->time = r->time;
		r->flags |= STACK_DEFINITION;
		*definition = entry;
	}
	return bytes;
}

#endif
