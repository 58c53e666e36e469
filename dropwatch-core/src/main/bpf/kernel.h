/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The kernel types that the probe reads, with only the members it uses. The offsets do not matter: libbpf relocates every access
 * by name (CO-RE). Members that some kernels lack are tested with bpf_core_field_exists.
 */
#ifndef DROPWATCH_KERNEL_H
#define DROPWATCH_KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETHERNET_HEADER 14
#define ETHERNET_ADDRESSES 12
#define VLAN_TAG 4
#define ETHERTYPE_MIN 0x600 /* smaller: an 802.3 length */
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8
#define ETHERTYPE_QINQ_OLD 0x9100
#define HEADER_UNSET 0xffff /* skb->mac_header when there is none */

#define FLAG_RUNNING (1u << 6)
#define FLAG_LOWER_UP (1u << 16)
#define LINK_STATE_START 0
#define LINK_STATE_NOCARRIER 2

#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 10
#define AF_PACKET 17
#define AF_XDP 44

#define TCP_TIME_WAIT 6
#define TCP_NEW_SYN_RECV 12

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

typedef struct {
	__u32 val;
} kuid_t;

struct user_namespace {
	struct user_namespace *parent;
	int level; /* 0: the initial one */
	kuid_t owner;
};

struct net {
	struct ns_common ns;
	struct user_namespace *user_ns;
	__u64 net_cookie; /* since 5.12 */
};

typedef struct {
	struct net *net;
} possible_net_t;

struct net_device {
	unsigned long state;
	unsigned int flags;
	int ifindex;
	possible_net_t nd_net;
	char name[16];
};

typedef struct {
	__s64 counter;
} atomic64_t;

struct sock_common {
	unsigned short skc_family;
	unsigned char skc_state;
	possible_net_t skc_net;
	atomic64_t skc_cookie;
};

struct mem_cgroup;

struct kernfs_node {
	__u64 id; /* since 5.5; a union before */
};

struct cgroup {
	struct kernfs_node *kn;
};

struct sock_cgroup_data {
	struct cgroup *cgroup; /* since 5.15 */
};

struct inode {
	unsigned long i_ino;
};

struct file {
	struct inode *f_inode;
};

struct socket {
	struct file *file;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol; /* a bit-field before 5.6 */
	struct socket *sk_socket;
	kuid_t sk_uid;
	struct mem_cgroup *sk_memcg; /* with CONFIG_MEMCG */
	struct sock_cgroup_data sk_cgrp_data; /* with CONFIG_SOCK_CGROUP_DATA */
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct task_struct {
	int pid;
	int tgid;
	char comm[16];
	struct css_set *cgroups; /* with CONFIG_CGROUPS */
};

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned int len;
	unsigned int data_len;
	__u16 queue_mapping;
	__u8 pkt_type : 3;
	__u8 vlan_present : 1; /* before 6.2 */
	__u32 vlan_all; /* since 6.2 */
	__be16 vlan_proto;
	__u16 vlan_tci;
	__be16 protocol;
	__u16 network_header;
	__u16 mac_header;
	__u32 tail; /* an offset from head, on 64-bit machines */
	unsigned char *head;
};

/* The members are those of x86-64. On all machines the struct begins with plain words: copy_words() casts to it. */
struct pt_regs {
	unsigned long bp;
	unsigned long ip;
	unsigned long cs;
	unsigned long sp;
};

/* x86-64: how to find the frame of the caller. */
struct orc_entry {
	short sp_offset;
	short bp_offset;
	unsigned int sp_reg : 4;
	unsigned int bp_reg : 4;
	unsigned int type : 3;
	unsigned int signal : 1; /* since 6.3 */
};

#pragma clang attribute pop

#endif
