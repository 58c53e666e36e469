/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The socket of a packet. The kernel does not know which process has it open: the reader finds the process by the inode.
 */
#ifndef DROPWATCH_SOCKET_H
#define DROPWATCH_SOCKET_H

#include "capture.h"

#define IPPROTO_TCP 6

static __always_inline void clear_socket(struct drop_record *r)
{
	r->memory_cgroup = 0;
	r->socket_cookie = 0;
	r->socket_inode = 0;
	r->socket_cgroup = 0;
	r->socket_uid = 0;
	r->socket_family = 0;
	r->socket_protocol = 0;
	r->socket_state = 0;
}

/* The inode, 0 without a file. Read through the file, because the verifier rejects container_of() to struct socket_alloc. */
static __always_inline __u64 socket_inode(struct sock *sk, const enum access access)
{
	struct socket *socket = READ(sk->sk_socket);
	struct file *file;
	struct inode *inode;

	if (!IS_KERNEL_ADDRESS(socket))
		return 0; /* closed or not accepted yet */
	file = READ(socket->file);
	if (!IS_KERNEL_ADDRESS(file))
		return 0; /* a kernel socket */
	inode = READ(file->f_inode);
	return IS_KERNEL_ADDRESS(inode) ? READ(inode->i_ino) : 0;
}

static __always_inline __u64 socket_cgroup(struct sock *sk, const enum access access)
{
	struct cgroup *cgroup;
	struct kernfs_node *node = NULL;

	if (!bpf_core_field_exists(sk->sk_cgrp_data) || !bpf_core_field_exists(sk->sk_cgrp_data.cgroup) ||
	    !bpf_core_field_exists(node->id))
		return 0;
	cgroup = READ(sk->sk_cgrp_data.cgroup);
	if (!IS_KERNEL_ADDRESS(cgroup))
		return 0;
	node = READ(cgroup->kn);
	return IS_KERNEL_ADDRESS(node) ? READ(node->id) : 0;
}

static __always_inline void describe_socket(struct drop_record *r, struct sock *sk, const enum access access)
{
	r->flags |= HAS_SOCKET;
	r->socket_family = READ(sk->__sk_common.skc_family);
	r->socket_state = READ(sk->__sk_common.skc_state);
	/* Not bpf_get_socket_cookie(): since 6.2 the verifier rejects a socket that was read from skb->sk. */
	r->socket_cookie = READ(sk->__sk_common.skc_cookie.counter);
	/* Not full sockets: they have only the common part. */
	if (r->socket_state == TCP_TIME_WAIT || r->socket_state == TCP_NEW_SYN_RECV) {
		r->socket_protocol = IPPROTO_TCP;
		return;
	}
	r->flags |= HAS_OWNER;
	r->socket_uid = READ(sk->sk_uid.val);
	r->socket_inode = socket_inode(sk, access);
	r->socket_cgroup = socket_cgroup(sk, access);
	if (bpf_core_field_size(sk->sk_protocol) == sizeof(__u16))
		r->socket_protocol = READ(sk->sk_protocol);
	if (bpf_core_field_exists(sk->sk_memcg))
		r->memory_cgroup = (__u64)READ(sk->sk_memcg);
}

#endif
