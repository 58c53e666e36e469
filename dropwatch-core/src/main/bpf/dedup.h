/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/*
 * Recognises packets that a device has reported as dropped (devlink.h), so that they are not reported again when the driver frees
 * them: some drivers call kfree_skb, others consume_skb.
 */
#ifndef DROPWATCH_DEDUP_H
#define DROPWATCH_DEDUP_H

#include "capture.h"

/* How long a report is remembered. Drivers free the packet at once unless their task is preempted. At most 80 ms (HZ=100). */
#define DEDUP_JIFFIES 8
#define IDENTITY_WORDS 5 /* 40 bytes: an IPv6 header, or IPv4 and TCP headers */

/*
 * Tells packets apart whose skb has the same address: the kernel reuses the memory at once. Location and number of the bytes, and a hash
 * of the last ones.
 */
struct packet_identity {
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
	__type(value, struct packet_identity);
} reported SEC(".maps");

/* Jiffies of the last report by any device; 0: none yet. On most machines no device ever reports, and this test is all it costs. */
static volatile __u64 last_report;

static __always_inline void identify(struct packet_identity *packet, struct sk_buff *skb)
{
	const enum access access = PROBE_READ;
	__u64 words[IDENTITY_WORDS] = {};
	const unsigned char *head = READ(skb->head);

	packet->head = (__u64)head;
	packet->time = bpf_jiffies64();
	packet->length = READ(skb->len);
	packet->tail = READ(skb->tail);
	packet->digest = 0;
	/* The bytes before the tail, because every skb has a tail, but not every one has known headers. */
	if (packet->tail >= sizeof(words) && !READ_HEAD(words, sizeof(words), head, packet->tail - sizeof(words))) {
		for (int i = 0; i < IDENTITY_WORDS; i++)
			packet->digest = (packet->digest ^ words[i]) * 0x9e3779b97f4a7c15ULL;
	}
}

static __noinline void remember_report(struct sk_buff *skb)
{
	struct packet_identity packet = {};
	__u64 key = (__u64)skb;

	identify(&packet, skb);
	bpf_map_update_elem(&reported, &key, &packet, BPF_ANY);
	last_report = packet.time;
}

/* Whether the device has reported this packet; true once per report. Rarely called, and not inlined, because it needs much stack. */
static __noinline bool was_reported(struct sk_buff *skb)
{
	struct packet_identity packet = {};
	struct packet_identity *known;
	__u64 key = (__u64)skb;
	bool same;

	if (bpf_jiffies64() - last_report > DEDUP_JIFFIES)
		return false;
	known = bpf_map_lookup_elem(&reported, &key);
	if (!known)
		return false;
	identify(&packet, skb);
	same = packet.head == known->head && packet.length == known->length && packet.tail == known->tail &&
	       packet.digest == known->digest && packet.time - known->time <= DEDUP_JIFFIES;
	bpf_map_delete_elem(&reported, &key);
	return same;
}

#endif
