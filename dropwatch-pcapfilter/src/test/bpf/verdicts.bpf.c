// SPDX-License-Identifier: Apache-2.0
/*
 * Runs generated filters over packets from a map, in the kernel: one packet for each run of BPF_PROG_TEST_RUN.
 *
 * The packets come from a map and not from the test run's skb, which has to have a whole Ethernet header and no
 * metadata of ours. The layout is the probe's; the slot is a function of its own here, where the probe has a piece of a program.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#define WINDOW 256
#define PACKETS 65536
/* Packets are written a page at a time, which is one system call. */
#define PAGE 256
/* Where the network header is in `bytes`, behind an untagged MAC header. */
#define NETWORK_AT 16

/* What the kernel knows besides the bytes; values in host order. */
struct filter_meta {
	__u32 wire_length;
	__u32 mac_len;
	__u16 protocol;
	__u16 vlan_tci;
	__u16 vlan_proto;
	__u8 pkt_type;
	__u8 reserved;
	__u32 ifindex;
	__u32 reserved2;
};

struct packet {
	struct filter_meta meta;
	__u32 captured; /* readable bytes from the base */
	__u32 reserved;
	/*
	 * A MAC header goes to 2, so that the network header behind it is aligned at 16. The base is one of the two:
	 * `base_offset` below.
	 */
	__u8 bytes[NETWORK_AT + WINDOW];
};

struct page {
	struct packet packets[PAGE];
};

struct verdicts {
	__u32 next;  /* the packet of the next run */
	__u32 which; /* the filter: its place among those in the slot */
	__u8 of_packet[PACKETS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct page);
} packets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct verdicts);
} verdicts SEC(".maps");

/* 2: the filter starts at the MAC header; 16: at the network header. */
const volatile __u32 base_offset = 2;

/*
 * The slot: the filter overwrites the end of this function in the object's image. Loading costs more than running, so
 * several filters may be in it, one behind the other; the last argument, which the probe's slot does not have, says which.
 */
__hidden __noinline int dropwatch_filter(const __u8 *base, __u32 captured, const struct filter_meta *meta,
					 __u32 ipv4_header, __u32 which)
{
	int verdict = 1;

	/* The result goes through the assembler too: clang would tell the caller that it is always 1. */
	asm volatile(".rept 2048\n\tgoto +0\n\t.endr"
		     : "+r"(verdict)
		     : "r"(base), "r"(captured), "r"(meta), "r"(ipv4_header), "r"(which));
	return verdict;
}

SEC("tc")
int next_verdict(struct __sk_buff *skb)
{
	struct verdicts *out;
	struct packet *packet;
	struct page *page;
	__u32 zero = 0, index, place;
	int verdict;

	out = bpf_map_lookup_elem(&verdicts, &zero);
	if (!out)
		return -1;
	index = out->next;
	place = index / PAGE;
	page = bpf_map_lookup_elem(&packets, &place);
	if (!page)
		return -2;
	packet = &page->packets[index % PAGE];
	if (packet->captured > WINDOW)
		return -2;
	verdict = dropwatch_filter(packet->bytes + base_offset, packet->captured, &packet->meta,
				   (packet->bytes[NETWORK_AT] & 15) << 2, out->which);
	out->of_packet[index & (PACKETS - 1)] = verdict != 0;
	out->next = index + 1;
	return verdict;
}

char _license[] SEC("license") = "Dual BSD/GPL";
