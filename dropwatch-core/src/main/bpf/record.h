/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * What crosses the ring: one record per reported drop, of variable length, in the machine's byte order.
 *
 *     0  struct drop_record up to and with the MAC header (184 bytes)
 *   184  captured bytes from the network header on, then up to 7 bytes of filling
 *     -  stack_bytes of return addresses, innermost first, 8 bytes each; or the 8 of a SHARED_STACK
 *     -  a hardware drop's struct trap_text
 *
 * The reader is io.dropwatch.internal.record.RecordLayout; RECORD_VERSION changes with any change here.
 */
#ifndef DROPWATCH_RECORD_H
#define DROPWATCH_RECORD_H

#include <linux/types.h>

#define RECORD_VERSION 5
#define WINDOW 256 /* bytes from the network header on that a filter may look at */
#define MAX_STACK 127 /* PERF_MAX_STACK_DEPTH */

/* What a filter sees beside the bytes. Host byte order. The layout is the ABI of generated filters. */
struct filter_meta {
	__u32 wire_length; /* from the network header to the end of the packet */
	__u32 mac_len; /* 14: the MAC header is in the 14 bytes before the network header; 0: there is none */
	__u16 protocol; /* EtherType of the network header, 0 when unknown */
	__u16 vlan_tci; /* the outermost tag, whether the kernel had stripped it or not; further tags are in the bytes */
	__u16 vlan_proto; /* 0: no tag */
	__u8 pkt_type;
	__u8 reserved1;
	__u32 ifindex; /* 0: no device */
	__u32 reserved2;
};

enum record_flags {
	HAS_REASON = 1 << 0, /* this kernel gives reasons */
	HAS_DEVICE = 1 << 1,
	HAS_SOCKET = 1 << 2,
	HAS_NETWORK_HEADER = 1 << 3, /* otherwise nothing is captured and wire_length is skb->len */
	TAG_IN_FRAME = 1 << 4, /* the tag in meta was found in the packet, where the EtherType is in `mac` */
	HAS_OWNER = 1 << 5, /* a full socket: it has a user, and may have an inode and a cgroup */
	/* The stack is that of an earlier record of the same CPU, location and reason, whose time stands in its place. */
	SHARED_STACK = 1 << 6,
	LENT_STACK = 1 << 7, /* later records may refer to this one's stack */
	HAS_TRAP = 1 << 8, /* struct trap_text is behind the stack */
};

enum drop_source { SOURCE_SOFTWARE = 1, SOURCE_HARDWARE = 2 };

struct drop_record {
	__u16 version;
	__u16 captured; /* bytes present from the network header on, at most WINDOW */
	__u16 stack_bytes;
	__u16 flags;
	struct filter_meta meta;
	__u64 time; /* CLOCK_MONOTONIC, ns */
	__u64 pid_tgid; /* tgid in the upper half */
	char comm[16];
	__u64 skb;
	__u64 location;
	__u64 netns_cookie; /* 0: this kernel has none */
	__u64 memory_cgroup; /* address of the socket's mem_cgroup, which is that of its css */
	__u64 socket_cookie; /* 0: nobody has asked for one yet */
	__u64 socket_inode; /* 0: no process has a descriptor of it */
	__u64 socket_cgroup; /* id of the cgroup (v2) that the socket was made in; 0: none */
	__u64 task_cgroup; /* that of the current task */
	__u32 reason;
	__u32 netns_inum; /* 0: neither device nor socket */
	char device_name[16];
	__u32 device_flags;
	__u16 queue_mapping;
	__u8 socket_state;
	__u8 source;
	__u16 socket_family;
	__u16 socket_protocol;
	__u32 socket_uid; /* as the initial user namespace has it */
	__u8 reserved[2];
	__u8 mac[14]; /* so that window is 8-aligned and the MAC header ends where it begins */
	__u8 window[WINDOW];
	/* Room for it: it moves up to the end of what was captured. More than it needs, so that a mask is bound enough. */
	__u64 stack[MAX_STACK + WINDOW / 8];
};

/* The devlink trap of a hardware drop: C strings, what follows their end means nothing. */
struct trap_text {
	char name[48];
	char group[32];
};

_Static_assert(sizeof(struct filter_meta) == 24, "the filter ABI");
_Static_assert(__builtin_offsetof(struct drop_record, window) == 184, "RecordLayout.WINDOW");
_Static_assert(sizeof(struct drop_record) >= 184 + (2 * WINDOW - 8) + 1023, "the bounds of what is written and sent");

/* One per CPU. Every drop seen ends in exactly one of the others, or is noise (noise_counts). The reader is
 * io.dropwatch.internal.probe.KernelCounts. */
struct counters {
	__u64 seen;
	__u64 excluded;
	__u64 filtered;
	__u64 limited;
	__u64 emitted;
	__u64 lost_no_space; /* ENOSPC, EAGAIN: the ring was full */
	__u64 lost_no_ring; /* ENOENT, EOPNOTSUPP: a CPU without a ring */
	__u64 lost_other;
};

#endif
