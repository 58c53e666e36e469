/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The kernel stack, walked by the probe itself: the same frames that bpf_get_stack gives, in a fraction of its time.
 *
 * On x86-64 the kernel's code keeps no frame pointers; where a function's frame begins is told by tables that objtool made, of which
 * an entry holds from one instruction to the next (arch/x86/kernel/unwind_orc.c, arch/x86/include/asm/orc_types.h). The kernel
 * searches them anew for each frame and checks every address it reads, some ten function calls a frame, and a return is dear where
 * it is guarded against speculation. Here an entry is looked for once: `unwound` keeps what was found, and plain loads tolerate faults.
 *
 * Only what is certain is taken. A stack that leaves the kernel's own code (modules, other eBPF programs), has a frame that the
 * tables do not describe, or does not come to the end that every stack has, is left to bpf_get_stack.
 */
#ifndef DROPWATCH_UNWIND_H
#define DROPWATCH_UNWIND_H

#include "capture.h"
#include "kernel.h"
#include "record.h"

/* What dropwatch_find_tables() has found on this kernel; text_bytes is 0: nothing, the kernel is to walk. Not static: clang
 * would take it apart, and the kernel refuse the object's types, without which it has no functions that are verified once. */
struct {
	__u64 text; /* first address of the kernel's code */
	__u64 text_bytes;
	__u64 holders; /* of an int for each entry: from where on it holds, relative to that int */
	__u64 entries;
	__u64 count;
} tables;

/* struct orc_entry as a number. */
#define ENTRY_BYTES 6
#define ENTRY_BITS 44
#define SP_OFFSET(entry) ((__s64)(__s16)(entry))
#define BP_OFFSET(entry) ((__s64)(__s16)((entry) >> 16))
#define SP_REGISTER(entry) ((entry) >> 32 & 15)
#define BP_REGISTER(entry) ((entry) >> 36 & 15)
#define TYPE(entry) ((entry) >> 40 & 7)
#define IS_SIGNAL(entry) ((entry) >> 43 & 1)
/* What most are, is said above them: a call's, from one of two registers. */
#define PLAIN_BIT 44
#define FROM_BP_BIT 45
#define SAVED_BP_BIT 46
#define TAG_BIT 48

enum { REGISTER_UNDEFINED, REGISTER_PREVIOUS_SP, REGISTER_BP = 4, REGISTER_SP, REGISTER_BP_INDIRECT = 8, REGISTER_SP_INDIRECT };
enum { TYPE_END_OF_STACK = 1, TYPE_CALL, TYPE_REGS };

/* Entries by the lower bits of where in the text; in the tag the other bits, plus 1. Written and read as a whole, by any CPU. */
#define UNWOUND_BITS 12
static __u64 unwound[1 << UNWOUND_BITS];

/* What fits into the tag, and into the steps of a search. */
#define MOST_TEXT (1ULL << (UNWOUND_BITS + 15))
#define STEP (1ULL << 23)
#define MOST_ENTRIES (2 * STEP)

/* The program, its function that reports, and unwind(). */
#define OWN_FRAMES 4
#define CHUNK 8
#define CHUNKS (MAX_STACK / CHUNK + 1)

enum { WALKING, AT_END, LOST };

struct unwinding {
	__u64 ip;
	__u64 sp;
	__u64 bp;
	__u32 signal; /* ip is where the function was interrupted, not where a call returns to */
	__u32 state;
};

struct chunk {
	__u64 addresses[CHUNK];
};

static __always_inline __u64 word_at(__u64 address)
{
	const __u64 *plain = bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct pt_regs));

	return *plain;
}

/* All ones if a number is negative, else 0; without a jump, each of which would double what the verifier has to follow. */
static __always_inline __u64 sign(__s64 number)
{
	asm("%0 s>>= 63" : "+r"(number));
	return number;
}

/* All ones if the bit is set, else 0. */
#define ALL_IF(entry, bit) sign((entry) << (63 - (bit)))

/*
 * Searches the tables, as __orc_find() does: the last entry that holds from `at` or before. Not static, as are the others below, so
 * that the verifier looks at them once and not at each call.
 */
__noinline __u64 unwind_search(__u64 at)
{
	__s64 address = tables.text + at;
	__u64 found = 0;
	__u64 entry;

	for (__u64 step = STEP; step; step >>= 1) {
		__s64 next = found + step;
		__u64 holder = tables.holders + sizeof(__s32) * next;
		__s64 from = holder + (__s32)word_at(holder);

		found += step & sign(next - tables.count) & ~sign(address - from);
	}
	entry = word_at(tables.entries + ENTRY_BYTES * found) & ((1ULL << ENTRY_BITS) - 1);
	if (TYPE(entry) == TYPE_CALL && (SP_REGISTER(entry) == REGISTER_SP || SP_REGISTER(entry) == REGISTER_BP) &&
	    (BP_REGISTER(entry) == REGISTER_UNDEFINED || BP_REGISTER(entry) == REGISTER_PREVIOUS_SP)) {
		entry |= 1ULL << PLAIN_BIT;
		entry |= (__u64)(SP_REGISTER(entry) == REGISTER_BP) << FROM_BP_BIT;
		entry |= (__u64)(BP_REGISTER(entry) == REGISTER_PREVIOUS_SP) << SAVED_BP_BIT;
	}
	entry |= ((at >> UNWOUND_BITS) + 1) << TAG_BIT;
	unwound[at & ((1 << UNWOUND_BITS) - 1)] = entry;
	return entry;
}

/* A frame that is not a plain one: where the stack ends, where one goes on in another, where the code was interrupted. */
__noinline int unwind_seldom(struct unwinding *at, __u64 entry)
{
	__u64 cfa;

	if (!at)
		return 0;
	at->state = LOST;
	if (TYPE(entry) == TYPE_END_OF_STACK) {
		at->state = AT_END;
		return 0;
	}
	if (SP_REGISTER(entry) == REGISTER_SP)
		cfa = at->sp + SP_OFFSET(entry);
	else if (SP_REGISTER(entry) == REGISTER_BP)
		cfa = at->bp + SP_OFFSET(entry);
	else if (SP_REGISTER(entry) == REGISTER_SP_INDIRECT)
		cfa = word_at(at->sp) + SP_OFFSET(entry);
	else if (SP_REGISTER(entry) == REGISTER_BP_INDIRECT)
		cfa = word_at(at->bp + SP_OFFSET(entry));
	else
		return 0;
	if (TYPE(entry) == TYPE_CALL) {
		if (BP_REGISTER(entry) == REGISTER_PREVIOUS_SP)
			at->bp = word_at(cfa + BP_OFFSET(entry));
		else if (BP_REGISTER(entry) == REGISTER_BP)
			at->bp = word_at(at->bp + BP_OFFSET(entry));
		else if (BP_REGISTER(entry) != REGISTER_UNDEFINED)
			return 0;
		at->ip = word_at(cfa - 8);
		at->sp = cfa;
	} else if (TYPE(entry) == TYPE_REGS) {
		const struct pt_regs *regs = bpf_rdonly_cast((void *)cfa, bpf_core_type_id_kernel(struct pt_regs));

		if (regs->cs & 3) {
			at->state = AT_END; /* a system call, or user code that was interrupted */
			return 0;
		}
		at->ip = regs->ip;
		at->sp = regs->sp;
		at->bp = regs->bp;
	} else {
		return 0;
	}
	at->state = WALKING;
	return 0;
}

/* Some frames on; returns how many. */
__noinline int unwind_some(struct unwinding *at, struct chunk *to)
{
	int i;

	if (!at || !to)
		return 0;
	for (i = 0; i < CHUNK; i++) {
		__u64 ip = at->ip;
		__u64 place = ip - tables.text;
		__u64 entry;
		__u64 cfa;

		if (place >= tables.text_bytes) {
			at->state = LOST;
			return i;
		}
		to->addresses[i] = ip;
		place -= !at->signal;
		entry = *(volatile __u64 *)&unwound[place & ((1 << UNWOUND_BITS) - 1)];
		if (entry >> TAG_BIT != (place >> UNWOUND_BITS) + 1)
			entry = unwind_search(place);
		at->signal = IS_SIGNAL(entry);
		if (!(entry & 1ULL << PLAIN_BIT)) {
			unwind_seldom(at, entry);
			if (at->state != WALKING)
				return i + 1;
			continue;
		}
		cfa = at->sp + ((at->bp - at->sp) & ALL_IF(entry, FROM_BP_BIT)) + SP_OFFSET(entry);
		at->ip = word_at(cfa - 8);
		at->sp = cfa;
		at->bp += (word_at(cfa + BP_OFFSET(entry)) - at->bp) & ALL_IF(entry, SAVED_BP_BIT);
	}
	return CHUNK;
}

/*
 * Puts return addresses at `length` bytes into the window, as unwind_next_frame() finds them; returns their bytes, 0 if this is
 * nothing for it. A function of its own with few bytes of stack, since those with more get one that is not the CPU's.
 */
static __noinline __u64 unwind(struct drop_record *r, __u64 length, __u32 most)
{
	struct unwinding at = {};
	__u64 bytes = 0;

	asm volatile("%0 = r10" : "=r"(at.bp));
	for (int i = 0; i < OWN_FRAMES; i++) {
		at.ip = word_at(at.bp + 8);
		at.sp = at.bp + 16;
		at.bp = word_at(at.bp);
		if (at.ip - tables.text < tables.text_bytes)
			break;
	}
	for (int i = 0; i < CHUNKS; i++) {
		bytes += 8 * unwind_some(&at, (struct chunk *)(r->window + length + i * sizeof(struct chunk)));
		if (at.state != WALKING)
			break;
	}
	return at.state == LOST ? 0 : least(bytes, most);
}

#endif
