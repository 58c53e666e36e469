/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Walks the kernel stack in the probe: the same frames as bpf_get_stack, in much less time.
 *
 * The x86-64 kernel has no frame pointers. objtool generates ORC tables, whose entries say for a range of instructions how to find the
 * frame of the caller (arch/x86/kernel/unwind_orc.c, arch/x86/include/asm/orc_types.h). For each frame the kernel's unwinder searches
 * the tables and checks every address it reads: about ten function calls, which are slow on CPUs that guard returns against
 * speculation. The probe caches the entries it found in `orc_cache`, and uses plain loads, whose faults the kernel handles.
 *
 * unwind_stack() gives up if a stack leaves the kernel image (modules, other eBPF programs), has a frame that the tables do not
 * describe, or has no regular end. The caller then uses bpf_get_stack.
 */
#ifndef DROPWATCH_UNWIND_H
#define DROPWATCH_UNWIND_H

#include "capture.h"
#include "kernel.h"
#include "record.h"

/* The tables of the running kernel, filled by dropwatch_find_orc_tables(); text_bytes is 0 if there are none. Not static, because clang
 * would split a static struct into scalars; the kernel then rejects the BTF, which global functions need. */
struct {
	__u64 text; /* _stext */
	__u64 text_bytes;
	__u64 ips; /* an int per entry: address of its first instruction, relative to the int */
	__u64 entries;
	__u64 count;
} orc_tables;

/* The bits of struct orc_entry. */
#define ENTRY_BYTES 6
#define ENTRY_BITS 44
#define SP_OFFSET(entry) ((__s64)(__s16)(entry))
#define BP_OFFSET(entry) ((__s64)(__s16)((entry) >> 16))
#define SP_REGISTER(entry) ((entry) >> 32 & 15)
#define BP_REGISTER(entry) ((entry) >> 36 & 15)
#define TYPE(entry) ((entry) >> 40 & 7)
#define IS_SIGNAL(entry) ((entry) >> 43 & 1)
/* The cache adds to an entry: whether it is a plain call frame, its two variable parts, and a tag. */
#define PLAIN_BIT 44
#define FROM_BP_BIT 45
#define SAVED_BP_BIT 46
#define TAG_BIT 48

enum { ORC_REG_UNDEFINED, ORC_REG_PREV_SP, ORC_REG_BP = 4, ORC_REG_SP, ORC_REG_BP_INDIRECT = 8, ORC_REG_SP_INDIRECT };
enum { ORC_TYPE_END_OF_STACK = 1, ORC_TYPE_CALL, ORC_TYPE_REGS };

/* Direct-mapped cache of entries. Index: low bits of the offset in the text; tag: the other bits plus 1. All CPUs write whole words. */
#define ORC_CACHE_BITS 12
static __u64 orc_cache[1 << ORC_CACHE_BITS];

/* Limits of the tag and of the binary search. */
#define MAX_TEXT_BYTES (1ULL << (ORC_CACHE_BITS + 15))
#define SEARCH_STEP (1ULL << 23)
#define MAX_ORC_ENTRIES (2 * SEARCH_STEP)

/* The program, its report function and unwind_stack(), and one to spare. */
#define MAX_BPF_FRAMES 4
#define CHUNK 8
#define CHUNKS (MAX_STACK / CHUNK + 1)

enum { UNWINDING, UNWIND_DONE, UNWIND_FAILED };

struct unwind_state {
	__u64 ip;
	__u64 sp;
	__u64 bp;
	__u32 signal; /* ip is an interrupted instruction, not a return address */
	__u32 state;
};

struct frame_chunk {
	__u64 addresses[CHUNK];
};

static __always_inline __u64 load_u64(__u64 address)
{
	const __u64 *plain = bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct pt_regs));

	return *plain;
}

/* All ones if the number is negative, else 0. Without a branch, which would double the paths of the verifier. */
static __always_inline __u64 sign_mask(__s64 number)
{
	asm("%0 s>>= 63" : "+r"(number));
	return number;
}

/* All ones if the bit is set, else 0. */
#define MASK_IF(entry, bit) sign_mask((entry) << (63 - (bit)))

/*
 * Finds the last entry that starts at `at` or before (__orc_find()) and caches it. A global function, like the next two, so that the
 * verifier checks it once and not at each call.
 */
__noinline __u64 orc_find(__u64 at)
{
	__s64 address = orc_tables.text + at;
	__u64 found = 0;
	__u64 entry;

	for (__u64 step = SEARCH_STEP; step; step >>= 1) {
		__s64 next = found + step;
		__u64 ip_entry = orc_tables.ips + sizeof(__s32) * next;
		__s64 from = ip_entry + (__s32)load_u64(ip_entry);

		found += step & sign_mask(next - orc_tables.count) & ~sign_mask(address - from);
	}
	entry = load_u64(orc_tables.entries + ENTRY_BYTES * found) & ((1ULL << ENTRY_BITS) - 1);
	if (TYPE(entry) == ORC_TYPE_CALL && (SP_REGISTER(entry) == ORC_REG_SP || SP_REGISTER(entry) == ORC_REG_BP) &&
	    (BP_REGISTER(entry) == ORC_REG_UNDEFINED || BP_REGISTER(entry) == ORC_REG_PREV_SP)) {
		entry |= 1ULL << PLAIN_BIT;
		entry |= (__u64)(SP_REGISTER(entry) == ORC_REG_BP) << FROM_BP_BIT;
		entry |= (__u64)(BP_REGISTER(entry) == ORC_REG_PREV_SP) << SAVED_BP_BIT;
	}
	entry |= ((at >> ORC_CACHE_BITS) + 1) << TAG_BIT;
	orc_cache[at & ((1 << ORC_CACHE_BITS) - 1)] = entry;
	return entry;
}

/* Frames other than plain calls: the end of a stack, a switch to another stack, an interrupt. */
__noinline int unwind_special(struct unwind_state *at, __u64 entry)
{
	__u64 cfa;

	if (!at)
		return 0;
	at->state = UNWIND_FAILED;
	if (TYPE(entry) == ORC_TYPE_END_OF_STACK) {
		at->state = UNWIND_DONE;
		return 0;
	}
	if (SP_REGISTER(entry) == ORC_REG_SP)
		cfa = at->sp + SP_OFFSET(entry);
	else if (SP_REGISTER(entry) == ORC_REG_BP)
		cfa = at->bp + SP_OFFSET(entry);
	else if (SP_REGISTER(entry) == ORC_REG_SP_INDIRECT)
		cfa = load_u64(at->sp) + SP_OFFSET(entry);
	else if (SP_REGISTER(entry) == ORC_REG_BP_INDIRECT)
		cfa = load_u64(at->bp + SP_OFFSET(entry));
	else
		return 0;
	if (TYPE(entry) == ORC_TYPE_CALL) {
		if (BP_REGISTER(entry) == ORC_REG_PREV_SP)
			at->bp = load_u64(cfa + BP_OFFSET(entry));
		else if (BP_REGISTER(entry) == ORC_REG_BP)
			at->bp = load_u64(at->bp + BP_OFFSET(entry));
		else if (BP_REGISTER(entry) != ORC_REG_UNDEFINED)
			return 0;
		at->ip = load_u64(cfa - 8);
		at->sp = cfa;
	} else if (TYPE(entry) == ORC_TYPE_REGS) {
		const struct pt_regs *regs = bpf_rdonly_cast((void *)cfa, bpf_core_type_id_kernel(struct pt_regs));

		if (regs->cs & 3) {
			at->state = UNWIND_DONE; /* entry from user mode */
			return 0;
		}
		at->ip = regs->ip;
		at->sp = regs->sp;
		at->bp = regs->bp;
	} else {
		return 0;
	}
	at->state = UNWINDING;
	return 0;
}

/* Unwinds up to CHUNK frames; returns how many. */
__noinline int unwind_chunk(struct unwind_state *at, struct frame_chunk *to)
{
	int i;

	if (!at || !to)
		return 0;
	for (i = 0; i < CHUNK; i++) {
		__u64 ip = at->ip;
		__u64 offset = ip - orc_tables.text;
		__u64 entry;
		__u64 cfa;

		if (offset >= orc_tables.text_bytes) {
			at->state = UNWIND_FAILED;
			return i;
		}
		to->addresses[i] = ip;
		offset -= !at->signal;
		entry = *(volatile __u64 *)&orc_cache[offset & ((1 << ORC_CACHE_BITS) - 1)];
		if (entry >> TAG_BIT != (offset >> ORC_CACHE_BITS) + 1)
			entry = orc_find(offset);
		at->signal = IS_SIGNAL(entry);
		if (!(entry & 1ULL << PLAIN_BIT)) {
			unwind_special(at, entry);
			if (at->state != UNWINDING)
				return i + 1;
			continue;
		}
		cfa = at->sp + ((at->bp - at->sp) & MASK_IF(entry, FROM_BP_BIT)) + SP_OFFSET(entry);
		at->ip = load_u64(cfa - 8);
		at->sp = cfa;
		at->bp += (load_u64(cfa + BP_OFFSET(entry)) - at->bp) & MASK_IF(entry, SAVED_BP_BIT);
	}
	return CHUNK;
}

/*
 * Writes the return addresses that unwind_next_frame() would find to the window at offset `length`. Returns their size in bytes, 0 to use
 * bpf_get_stack. Not inlined, because recent kernels give programs with a larger stack frame a private stack, which ends the unwinding.
 */
static __noinline __u64 unwind_stack(struct drop_record *r, __u64 length, __u32 max_bytes)
{
	struct unwind_state at = {};
	__u64 bytes = 0;

	asm volatile("%0 = r10" : "=r"(at.bp));
	for (int i = 0; i < MAX_BPF_FRAMES; i++) {
		at.ip = load_u64(at.bp + 8);
		at.sp = at.bp + 16;
		at.bp = load_u64(at.bp);
		if (at.ip - orc_tables.text < orc_tables.text_bytes)
			break;
	}
	for (int i = 0; i < CHUNKS; i++) {
		bytes += 8 * unwind_chunk(&at, (struct frame_chunk *)(r->window + length + i * sizeof(struct frame_chunk)));
		if (at.state != UNWINDING)
			break;
	}
	return at.state == UNWIND_FAILED ? 0 : min_u32(bytes, max_bytes);
}

#endif
