/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Drops that a noise rule takes out by their reason or by the function that dropped the packet: both are arguments of the
 * tracepoint, so this costs less than any look at the packet.
 */
#ifndef DROPWATCH_NOISE_H
#define DROPWATCH_NOISE_H

#include "kernel.h"

/* NoiseList.MOST_LOCATIONS */
#define MOST_NOISE_LOCATIONS 64

/* How many there are; 0 and the verifier removes the test. */
const volatile __u32 noise_reason_count = 0;
const volatile __u32 noise_location_count = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u8);
} noise_reasons SEC(".maps");

/* The code of one function: start <= address < end. */
struct noise_location {
	__u64 start;
	__u64 end;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MOST_NOISE_LOCATIONS);
	__type(key, __u32);
	__type(value, struct noise_location);
} noise_locations SEC(".maps");

static __always_inline bool is_noise(__u32 reason, bool reason_known, __u64 location)
{
	if (noise_reason_count && reason_known && bpf_map_lookup_elem(&noise_reasons, &reason))
		return true;
	for (__u32 i = 0; i < MOST_NOISE_LOCATIONS; i++) {
		__u32 key = i;
		struct noise_location *function;

		if (i >= noise_location_count)
			break;
		function = bpf_map_lookup_elem(&noise_locations, &key);
		if (function && location >= function->start && location < function->end)
			return true;
	}
	return false;
}

#endif
