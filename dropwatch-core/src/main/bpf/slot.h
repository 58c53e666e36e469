/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The parts of a program that the loader writes into the object before loading: static keys, and the slot of the filter.
 */
#ifndef DROPWATCH_SLOT_H
#define DROPWATCH_SLOT_H

#include "record.h"

/*
 * Static keys of the reject path: immediate operands that the loader replaces by 0 or 1 (io.dropwatch.internal.probe.ProbeImage). The
 * verifier then removes the dead branch. It does so for read-only data too, but the load stays and costs 1.3 ns.
 *
 * Keys below 24: whether the filter reads the field of struct filter_meta at this offset.
 */
enum {
	KEY_FILTER = 24,
	KEY_TRAPS = 25, /* devlink traps are watched */
	KEY_NOISE = 26,
	KEY_DEVICES = 27,
};
#define STATIC_KEYS 0x5eedc000

#define STATIC_KEY(key) \
	({ \
		__u64 value_; \
		asm volatile("%0 = %1" : "=r"(value_) : "i"(STATIC_KEYS + (key))); \
		__builtin_expect(value_, 1); \
	})
#define FILTER_READS(field) STATIC_KEY(__builtin_offsetof(struct filter_meta, field))

/*
 * Runs the filter and returns its verdict, 0 for no match. The slot is a run of no-ops; the loader overwrites its end with the filter.
 * The filter is inline and not a function, because a return costs several ns on CPUs that guard returns against speculation.
 *
 * Registers r1 to r4 hold the arguments, r0 the verdict; the filter may change all. It may use the stack below the top SLOT_STACK bytes,
 * up to 192 bytes; the compiler must not use that part (a test checks this). A program and the functions that it calls share 512 bytes,
 * so a filter with much stack only loads in programs that contain it once.
 *
 * The verdict register is 1 at the start of the run: a conditional jump on it skips the unused part. ipv4_header is the result of
 * ipv4_header_length().
 */
#define SLOT_STACK 128
#define FILTER(base, captured, meta, ipv4_header) \
	({ \
		register __u64 verdict_ asm("r0") = 1; \
		register const void *base_ asm("r1") = (base); \
		register __u64 captured_ asm("r2") = (captured); \
		register const void *meta_ asm("r3") = (meta); \
		register __u64 ipv4_header_ asm("r4") = (ipv4_header); \
		asm volatile(".rept 16387\n\tgoto +0\n\t.endr" \
			     : "+r"(verdict_), "+r"(base_), "+r"(captured_), "+r"(meta_), "+r"(ipv4_header_) \
			     : \
			     : "r5", "r6", "r7", "r8", "r9", "memory"); \
		verdict_; \
	})

/* Length of the IPv4 header, if it is one. Every test of a port needs it; the mask gives the verifier a bound. */
static __always_inline __u32 ipv4_header_length(const __u8 *network)
{
	return (network[0] & 15) << 2;
}

#endif
