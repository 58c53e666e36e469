/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Finds the ORC tables of the running kernel for unwind.h. The loader runs this program once (BPF_PROG_RUN). A lookup in the kernel is
 * fast, while a process would have to read all of /proc/kallsyms. Included by dropwatch.bpf.c.
 */
#ifndef DROPWATCH_ORC_TABLES_H
#define DROPWATCH_ORC_TABLES_H

#include "kernel.h"
#include "unwind.h"

/* Number of bits of a bit-field. */
#define FIELD_BITS(member) (64 - __builtin_preserve_field_info(member, BPF_FIELD_RSHIFT_U64))

/* Whether struct orc_entry has the layout that unwind.h reads: x86-64, Linux 6.4. */
static __always_inline bool orc_layout_known(void)
{
	struct orc_entry *entry = NULL;
	struct pt_regs *regs = NULL;

	return bpf_core_type_exists(struct orc_entry) && bpf_core_field_exists(entry->signal) &&
	       bpf_core_type_size(struct orc_entry) == ENTRY_BYTES && bpf_core_field_offset(entry->sp_offset) == 0 &&
	       bpf_core_field_offset(entry->bp_offset) == 2 && FIELD_BITS(entry->sp_reg) == 4 && FIELD_BITS(entry->bp_reg) == 4 &&
	       FIELD_BITS(entry->type) == 3 && FIELD_BITS(entry->signal) == 1 && bpf_core_field_exists(regs->bp) &&
	       bpf_core_field_exists(regs->ip) && bpf_core_field_exists(regs->cs) && bpf_core_field_exists(regs->sp);
}

/* The address of a symbol, 0 if this process may not see it. The name is on the stack, because a string constant would need a map. */
#define SYMBOL_ADDRESS(symbol) \
	({ \
		char name_[] = symbol; \
		__u64 address_ = 0; \
		bpf_kallsyms_lookup_name(name_, sizeof(name_), 0, &address_); \
		address_; \
	})

/* Returns 0 if it found them. */
SEC("?syscall")
int dropwatch_find_orc_tables(void *ctx)
{
	__u64 text;
	__u64 text_bytes;

	if (!orc_layout_known())
		return 1;
	text = SYMBOL_ADDRESS("_stext");
	text_bytes = SYMBOL_ADDRESS("_etext") - text;
	orc_tables.ips = SYMBOL_ADDRESS("__start_orc_unwind_ip");
	orc_tables.count = (SYMBOL_ADDRESS("__stop_orc_unwind_ip") - orc_tables.ips) / sizeof(__s32);
	orc_tables.entries = SYMBOL_ADDRESS("__start_orc_unwind");
	if (!text || !orc_tables.ips || !orc_tables.count || orc_tables.count >= MAX_ORC_ENTRIES || text_bytes - 1 >= MAX_TEXT_BYTES ||
	    SYMBOL_ADDRESS("__stop_orc_unwind") - orc_tables.entries != orc_tables.count * ENTRY_BYTES)
		return 1;
	orc_tables.text = text;
	orc_tables.text_bytes = text_bytes;
	return 0;
}

#endif
