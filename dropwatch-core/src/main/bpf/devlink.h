/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Hardware drops: a device (switch chip, smart NIC) reports a packet that it dropped through a devlink trap. Only traps of type DROP;
 * with other types the kernel handles the packet. Included by dropwatch.bpf.c, whose device list, filter and rate limit it uses.
 *
 * The record has no reason, location and socket; struct trap_text follows the stack.
 */
#ifndef DROPWATCH_DEVLINK_H
#define DROPWATCH_DEVLINK_H

#include "capture.h"
#include "kernel.h"
#include "record.h"
#include "dedup.h"

enum devlink_trap_type { DEVLINK_TRAP_TYPE_DROP };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct devlink_trap_metadata {
	const char *trap_name;
	const char *trap_group_name;
	struct net_device *input_dev;
	enum devlink_trap_type trap_type;
};

#pragma clang attribute pop

/* A separate record, because this program may interrupt the program on kfree_skb. */
struct trap_cpu {
	struct per_cpu cpu;
	__u8 slack[640]; /* for the bounds that the verifier assumes */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trap_cpu);
} trap_cpu SEC(".maps");

#define MAX_STACK_END 2047
_Static_assert(sizeof(struct drop_record) + 640 >= 184 + MAX_STACK_END + sizeof(struct trap_text), "bounds of what is written");

static __always_inline struct net_device *trap_device(struct sk_buff *skb, struct devlink_trap_metadata *trap)
{
	const enum access access = PROBE_READ;
	struct net_device *dev = READ(trap->input_dev);

	return dev ? dev : drop_device(skb, access);
}

static __always_inline bool is_drop_trap(struct devlink_trap_metadata *trap)
{
	const enum access access = PROBE_READ;

	return READ(trap->trap_type) == bpf_core_enum_value(enum devlink_trap_type, DEVLINK_TRAP_TYPE_DROP);
}

/* `?`: not loaded by default. */
SEC("?tp_btf/devlink_trap_report")
int dropwatch_trap(__u64 *ctx)
{
	const enum access access = PROBE_READ;
	__u32 zero = 0;
	struct trap_cpu *here = bpf_map_lookup_elem(&trap_cpu, &zero);
	struct devlink_trap_metadata *trap = (void *)ctx[2];
	struct sk_buff *skb = (void *)ctx[1];
	__u32 captured = NOT_CAPTURED;
	struct counters *c;
	struct drop_record *r;
	struct trap_text *text;
	__u64 length;
	__u64 now;
	long bytes;

	if (!here || !is_drop_trap(trap))
		return 0;
	c = &here->cpu.counters;
	r = &here->cpu.record;
	c->seen++;
	remember_report(skb);

	if (STATIC_KEY(KEY_DEVICES) && !is_selected(trap_device(skb, trap), access)) {
		c->excluded++;
		return 0;
	}
	if (STATIC_KEY(KEY_FILTER) && !matches(r, skb, &captured, access, false)) {
		c->filtered++;
		return 0;
	}
	/* Again, because the filter has changed the registers. */
	skb = (void *)ctx[1];
	trap = (void *)ctx[2];
	now = bpf_ktime_get_ns();
	if (events_per_second && !within_limit(now)) {
		c->limited++;
		return 0;
	}

	if (captured == NOT_CAPTURED)
		captured = capture(r, skb, access);
	describe(r, now, skb, trap_device(skb, trap), NULL, access);
	r->source = SOURCE_HARDWARE;
	r->location = 0;
	r->reason = 0;
	r->flags |= HAS_TRAP;
	length = window_length(r, captured);
	r->stack_bytes = 0;
	if (stack_bytes) {
		bytes = bpf_get_stack(ctx, r->window + length, stack_bytes, 0);
		if (bytes > 0) {
			BOUND(bytes, 1023);
			r->stack_bytes = bytes;
			length += bytes;
		}
	}
	BOUND(length, MAX_STACK_END);
	text = (void *)(r->window + length);
	text->name[0] = 0;
	text->group[0] = 0;
	bpf_probe_read_kernel_str(text->name, sizeof(text->name), READ(trap->trap_name));
	bpf_probe_read_kernel_str(text->group, sizeof(text->group), READ(trap->trap_group_name));
	emit(ctx, &here->cpu, r, __builtin_offsetof(struct drop_record, window) + length + sizeof(*text));
	return 0;
}

#endif
