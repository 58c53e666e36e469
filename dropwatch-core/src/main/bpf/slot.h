/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Where the filter goes: a run of instructions that do nothing, in each program, whose end is overwritten in the object's
 * image before loading (io.dropwatch.internal.probe.FilterCode). In the program and not in a function of its own: a return
 * costs several nanoseconds where the kernel guards returns against speculation, more than many a filter.
 */
#ifndef DROPWATCH_SLOT_H
#define DROPWATCH_SLOT_H

#include "record.h"

/*
 * What is to be done before a drop is wanted: questions whose answers, 0 or 1, are written into the instructions
 * (io.dropwatch.internal.probe.ProbeImage). The verifier removes what a known answer rules out. It would for read-only data too,
 * but for the load, from a cache line and a page that nothing else needs: 1.3 ns.
 *
 * Those below 24 are whether the filter reads the field of filter_meta at that byte.
 */
enum {
	ASK_FILTER = 24,
	ASK_TRAPS = 25, /* drops by devices are watched too */
	ASK_NOISE = 26,
	ASK_DEVICES = 27,
};
#define QUESTIONS 0x5eedc000

#define IS_ASKED(question) \
	({ \
		__u64 answer_; \
		asm volatile("%0 = %1" : "=r"(answer_) : "i"(QUESTIONS + (question))); \
		__builtin_expect(answer_, 1); \
	})
#define FILTER_READS(field) IS_ASKED(__builtin_offsetof(struct filter_meta, field))

/*
 * The filter's verdict: 0 is no match. The registers are those of its arguments, as if it were called; it may change all.
 * It may use the stack from SLOT_STACK bytes below its top on, where the compiler must put nothing (FilterCodeTest looks).
 * A filter uses 192 bytes at most, most use none; a program and the functions that it calls have 512 together, so a filter that
 * keeps more than some dozen numbers runs in the variants that have it once only.
 * ipv4_header is what ipv4_header_length() says.
 *
 * The verdict is 1 where the run begins, which is how what the filter leaves of the run is skipped.
 */
#define SLOT_STACK 128
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
