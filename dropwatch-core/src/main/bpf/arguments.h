/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * The arguments of the kfree_skb tracepoint, and the packet's device. They are read from the context at each use, because keeping them
 * in registers would make the reject path slower.
 */
#ifndef DROPWATCH_ARGUMENTS_H
#define DROPWATCH_ARGUMENTS_H

#include "capture.h"
#include "kernel.h"

/* Which arguments the tracepoint has on this kernel. The loader reads them from the BTF type btf_trace_kfree_skb. */
const volatile __u32 has_reason = 0;
const volatile __u32 has_rx_sk = 0;

static __always_inline struct sk_buff *drop_skb(void *ctx)
{
	return (void *)*(volatile __u64 *)ctx;
}

static __always_inline __u64 drop_location(void *ctx)
{
	return ((__u64 *)ctx)[1];
}

static __always_inline __u32 drop_reason(void *ctx)
{
	return has_reason ? ((__u64 *)ctx)[2] : 0;
}

static __always_inline struct sock *drop_rx_sk(void *ctx)
{
	return has_rx_sk ? (void *)((__u64 *)ctx)[3] : NULL;
}

static __always_inline struct net_device *drop_device(struct sk_buff *skb, const enum access access)
{
	struct sk_buff *untrusted_skb = untrusted(skb, struct sk_buff);
	struct net_device *dev = READ(untrusted_skb->dev);

	return IS_KERNEL_ADDRESS(dev) ? dev : NULL;
}

#endif
