/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Where this kernel keeps the tables that unwind.h reads. A program that is run once and attached nowhere: the kernel finds one
 * name at once, a process would read all of /proc/kallsyms. Included by dropwatch.bpf.c.
 */
#ifndef DROPWATCH_TABLES_H
#define DROPWATCH_TABLES_H

#include "kernel.h"
#include "unwind.h"

/* Bits of a bit-field, and the bits of the word that lie below it. */
#define FIELD_BITS(member) (64 - __builtin_preserve_field_info(member, BPF_FIELD_RSHIFT_U64))
#define FIELD_LOW(member) (64 - FIELD_BITS(member) - __builtin_preserve_field_info(member, BPF_FIELD_LSHIFT_U64))

/* Whether the entries are as unwind.h reads them: since Linux 6.4, on x86-64. */
static __always_inline bool has_known_entries(void)
{
	struct orc_entry *entry = NULL;
	struct pt_regs *regs = NULL;

	return bpf_core_type_exists(struct orc_entry) && bpf_core_field_exists(entry->signal) &&
	       bpf_core_type_size(struct orc_entry) == ENTRY_BYTES && bpf_core_field_offset(entry->sp_offset) == 0 &&
	       bpf_core_field_offset(entry->bp_offset) == 2 && FIELD_BITS(entry->sp_reg) == 4 && FIELD_BITS(entry->bp_reg) == 4 &&
	       FIELD_BITS(entry->type) == 3 && FIELD_BITS(entry->signal) == 1 && bpf_core_field_exists(regs->bp) &&
	       bpf_core_field_exists(regs->ip) && bpf_core_field_exists(regs->cs) && bpf_core_field_exists(regs->sp);
}

/* The address of a symbol, 0 if this process may not know it. The name on the stack: as a constant it would need a map of its own. */
#define FIND(symbol) \
	({ \
		char name_[] = symbol; \
		__u64 address_ = 0; \
		bpf_kallsyms_lookup_name(name_, sizeof(name_), 0, &address_); \
		address_; \
	})

/* Returns 0 if it has found them. */
SEC("?syscall")
int dropwatch_find_tables(void *ctx)
{
	__u64 text;
	__u64 text_bytes;

	if (!has_known_entries())
		return 1;
	text = FIND("_stext");
	text_bytes = FIND("_etext") - text;
	tables.holders = FIND("__start_orc_unwind_ip");
	tables.count = (FIND("__stop_orc_unwind_ip") - tables.holders) / sizeof(__s32);
	tables.entries = FIND("__start_orc_unwind");
	if (!text || !tables.holders || !tables.count || tables.count >= MOST_ENTRIES || text_bytes - 1 >= MOST_TEXT ||
	    FIND("__stop_orc_unwind") - tables.entries != tables.count * ENTRY_BYTES)
		return 1;
	tables.text = text;
	tables.text_bytes = text_bytes;
	return 0;
}

#endif
