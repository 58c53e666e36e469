/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Where the filter goes: a run of instructions that do nothing, in each program, whose end is overwritten in the object's
 * image before loading (io.dropwatch.internal.probe.FilterCode). In the program and not in a function of its own: a return
 * costs several nanoseconds where the kernel guards returns against speculation, more than many a filter.
 */
#ifndef DROPWATCH_SLOT_H
#define DROPWATCH_SLOT_H

#include "record.h"

const volatile __u32 filter_enabled = 0;
/* Which fields of filter_meta the filter reads: bit n for the one at byte n. */
const volatile __u32 filter_reads = 0;

#define FILTER_READS(field) (filter_reads & 1u << __builtin_offsetof(struct filter_meta, field))

/*
 * The filter's verdict: 0 is no match. The registers are those of its arguments, as if it were called; it may change all.
 * It may use the stack from SLOT_STACK bytes below its top on, where the compiler must put nothing (SlotTest looks).
 * ipv4_header is what ipv4_header_length() says.
 *
 * The verdict is 1 where the run begins, which is how what the filter leaves of the run is skipped.
 */
#define SLOT_STACK 320
#define FILTER(base, captured, meta, ipv4_header) \
	({ \
		register __u64 verdict_ asm("r0") = 1; \
		register const void *base_ asm("r1") = (base); \
		register __u64 captured_ asm("r2") = (captured); \
		register const void *meta_ asm("r3") = (meta); \
		register __u64 ipv4_header_ asm("r4") = (ipv4_header); \
		asm volatile(".rept 2051\n\tgoto +0\n\t.endr" \
			     : "+r"(verdict_), "+r"(base_), "+r"(captured_), "+r"(meta_), "+r"(ipv4_header_) \
			     : \
			     : "r5", "r6", "r7", "r8", "r9", "memory"); \
		verdict_; \
	})

/* Bytes of the IPv4 header, if it is one: every filter that asks for a port needs it, and the verifier its bound. */
static __always_inline __u32 ipv4_header_length(const __u8 *network)
{
	return (network[0] & 15) << 2;
}

#endif
