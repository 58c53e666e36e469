/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Noise rules by drop reason and by the function that dropped the packet. Both are arguments of the tracepoint, so this test comes
 * before all tests of the packet.
 */
#ifndef DROPWATCH_NOISE_H
#define DROPWATCH_NOISE_H

#include "kernel.h"

/* NoiseList.MAX_LOCATIONS */
#define MAX_NOISE_LOCATIONS 64

/* Number of entries of the maps below; at 0 the verifier removes the test. A rule is identified by its index. */
const volatile __u32 noise_reason_count = 0;
const volatile __u32 noise_location_count = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32); /* the first rule with this reason */
} noise_reasons SEC(".maps");

/* The code of one function: start <= address < end. */
struct noise_location {
	__u64 start;
	__u64 end;
	__u32 rule; /* ascending */
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_NOISE_LOCATIONS);
	__type(key, __u32);
	__type(value, struct noise_location);
} noise_locations SEC(".maps");

/* Drops per rule. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} noise_counts SEC(".maps");

#define NO_RULE (~0U)

/* The first rule that matches the drop, or NO_RULE. */
static __always_inline __u32 noise_rule(__u32 reason, bool reason_known, __u64 location)
{
	__u32 rule = NO_RULE;

	if (noise_reason_count && reason_known) {
		__u32 *known = bpf_map_lookup_elem(&noise_reasons, &reason);

		if (known)
			rule = *known;
	}
	for (__u32 i = 0; i < MAX_NOISE_LOCATIONS; i++) {
		__u32 key = i;
		struct noise_location *function;

		if (i >= noise_location_count)
			break;
		function = bpf_map_lookup_elem(&noise_locations, &key);
		if (function && location >= function->start && location < function->end)
			return function->rule < rule ? function->rule : rule;
	}
	return rule;
}

/* Whether a rule matches the drop; counts it for the rule. */
static __always_inline bool count_noise(__u32 reason, bool reason_known, __u64 location)
{
	__u32 rule = noise_rule(reason, reason_known, location);
	__u64 *count;

	if (rule == NO_RULE)
		return false;
	count = bpf_map_lookup_elem(&noise_counts, &rule);
	if (!count)
		return false;
	++*count;
	return true;
}

#endif
