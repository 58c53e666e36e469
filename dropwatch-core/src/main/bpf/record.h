/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * A record of the ring: one per reported drop, of variable length, in host byte order.
 *
 *     0  struct drop_record up to and including the MAC header (184 bytes)
 *   184  `captured` bytes, starting at the network header, and up to 7 bytes of padding
 *     -  `stack_bytes` bytes: return addresses, innermost first, or the 8 bytes of a STACK_REFERENCE
 *     -  struct trap_text, for a hardware drop
 *
 * io.dropwatch.internal.record.RecordLayout reads it. Any change needs a new RECORD_VERSION.
 */
#ifndef DROPWATCH_RECORD_H
#define DROPWATCH_RECORD_H

#include <linux/types.h>

#define RECORD_VERSION 6
#define WINDOW 256 /* bytes, starting at the network header, that a filter can read */
#define MAX_STACK 127 /* PERF_MAX_STACK_DEPTH */

/* Metadata that a filter can read. Host byte order. Generated filters depend on this layout. */
struct filter_meta {
	__u32 wire_length; /* from the network header to the end of the packet */
	__u32 mac_len; /* 14: the MAC header is in the 14 bytes before the network header; 0: none */
	__u16 protocol; /* EtherType of the network header; 0: unknown */
	__u16 vlan_tci; /* outermost VLAN tag, stripped or not; inner tags are in the bytes */
	__u16 vlan_proto; /* 0: no tag */
	__u8 pkt_type;
	__u8 reserved1;
	__u32 ifindex; /* 0: no device */
	__u32 skb_len; /* skb->len: from the kernel's position in the packet to its end; filters do not read it */
};

enum record_flags {
	HAS_REASON = 1 << 0, /* this kernel has drop reasons */
	HAS_DEVICE = 1 << 1,
	HAS_SOCKET = 1 << 2,
	HAS_NETWORK_HEADER = 1 << 3, /* else nothing is captured and wire_length is skb->len */
	TAG_IN_FRAME = 1 << 4, /* the VLAN tag in meta was in the frame, after the addresses in `mac` */
	HAS_OWNER = 1 << 5, /* full socket: has a uid, may have an inode and a cgroup */
	/* The time of an earlier record of the same CPU, location and reason is in place of the stack. */
	STACK_REFERENCE = 1 << 6,
	STACK_DEFINITION = 1 << 7, /* later records may refer to this stack */
	HAS_TRAP = 1 << 8, /* struct trap_text follows the stack */
};

enum drop_source { SOURCE_SOFTWARE = 1, SOURCE_HARDWARE = 2 };

struct drop_record {
	__u16 version;
	__u16 captured; /* bytes in window, at most WINDOW */
	__u16 stack_bytes;
	__u16 flags;
	struct filter_meta meta;
	__u64 time; /* CLOCK_MONOTONIC, ns */
	__u64 pid_tgid; /* tgid in the upper 32 bits */
	char comm[16];
	__u64 skb;
	__u64 location;
	__u64 netns_cookie; /* 0: unknown */
	__u64 memory_cgroup; /* address of the socket's mem_cgroup, and so of its css */
	__u64 socket_cookie; /* 0: the kernel has not assigned one yet */
	__u64 socket_inode; /* 0: no file descriptor */
	__u64 socket_cgroup; /* id of the cgroup v2 in which the socket was created; 0: none */
	__u64 task_cgroup; /* id of the cgroup v2 of the current task */
	__u32 reason;
	__u32 netns_inum; /* 0: neither device nor socket */
	char device_name[16];
	__u32 device_flags;
	__u16 queue_mapping;
	__u8 socket_state;
	__u8 source;
	__u16 socket_family;
	__u16 socket_protocol;
	__u32 socket_uid; /* in the initial user namespace */
	__u8 reserved[2];
	__u8 mac[14]; /* ends at window, which is 8-byte aligned */
	__u8 window[WINDOW];
	/* Space for the stack, which starts after the captured bytes. Larger than needed, so that masks suffice as bounds. */
	__u64 stack[MAX_STACK + WINDOW / 8];
};

/* The devlink trap of a hardware drop: NUL-terminated strings; bytes after the NUL are undefined. */
struct trap_text {
	char name[48];
	char group[32];
};

_Static_assert(sizeof(struct filter_meta) == 24, "the filter ABI");
_Static_assert(__builtin_offsetof(struct drop_record, window) == 184, "RecordLayout.WINDOW");
_Static_assert(sizeof(struct drop_record) >= 184 + (2 * WINDOW - 8) + 1023, "the bounds of what is written and sent");

/* One per CPU. Each drop in `seen` is counted in exactly one of the other counters or in noise_counts. Read by
 * io.dropwatch.internal.probe.KernelCounts. */
struct counters {
	__u64 seen;
	__u64 excluded;
	__u64 filtered;
	__u64 limited;
	__u64 emitted;
	__u64 lost_no_space; /* ENOSPC, EAGAIN: the ring was full */
	__u64 lost_no_ring; /* ENOENT, EOPNOTSUPP: the CPU has no ring */
	__u64 lost_other;
};

#endif
