/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * What a device has reported as dropped (devlink.h), so that it is not reported again when the driver frees it: some call
 * kfree_skb, some consume_skb.
 */
#ifndef DROPWATCH_REPORTED_H
#define DROPWATCH_REPORTED_H

#include "capture.h"

/* Drivers free the packet at once; more only where the task that does is put off. At most 80 ms, mostly less. */
#define REPORTED_JIFFIES 8
#define IDENTITY_WORDS 5 /* 40 bytes: an IPv6 header, or that of IPv4 and TCP */

/*
 * An address is not enough to know a packet by: the kernel gives it to the next one. So: where its bytes are, how many, and what
 * stands in its first headers.
 */
struct reported_packet {
	__u64 head;
	__u64 time; /* jiffies */
	__u32 length;
	__u32 tail;
	__u64 digest;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64); /* address of the skb */
	__type(value, struct reported_packet);
} reported SEC(".maps");

/* Jiffies of the last report by any device, 0: none yet. On most machines that is all there ever is to ask. */
static volatile __u64 last_report;

static __always_inline void identify(struct reported_packet *packet, struct sk_buff *skb)
{
	const enum access access = CLASSIC;
	__u64 words[IDENTITY_WORDS] = {};
	const unsigned char *head = READ(skb->head);

	packet->head = (__u64)head;
	packet->time = bpf_jiffies64();
	packet->length = READ(skb->len);
	packet->tail = READ(skb->tail);
	packet->digest = 0;
	/* From the end, which every packet has, whatever is known of its beginning. */
	if (packet->tail >= sizeof(words) && !READ_HEAD(words, sizeof(words), head, packet->tail - sizeof(words))) {
		for (int i = 0; i < IDENTITY_WORDS; i++)
			packet->digest = (packet->digest ^ words[i]) * 0x9e3779b97f4a7c15ULL;
	}
}

static __noinline void remember_report(struct sk_buff *skb)
{
	struct reported_packet packet = {};
	__u64 key = (__u64)skb;

	identify(&packet, skb);
	bpf_map_update_elem(&reported, &key, &packet, BPF_ANY);
	last_report = packet.time;
}

/* Whether the drop was reported by the device; true once for each report. Rarely called, and kept out of what others keep on
 * their stack. */
static __noinline bool was_reported(struct sk_buff *skb)
{
	struct reported_packet packet = {};
	struct reported_packet *known;
	__u64 key = (__u64)skb;
	bool same;

	if (bpf_jiffies64() - last_report > REPORTED_JIFFIES)
		return false;
	known = bpf_map_lookup_elem(&reported, &key);
	if (!known)
		return false;
	identify(&packet, skb);
	same = packet.head == known->head && packet.length == known->length && packet.tail == known->tail &&
	       packet.digest == known->digest && packet.time - known->time <= REPORTED_JIFFIES;
	bpf_map_delete_elem(&reported, &key);
	return same;
}

#endif
