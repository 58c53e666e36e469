// Programs that do one part of the work and no more: what no probe can be cheaper than.
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct sk_buff {
	__be16 protocol;
	__u16 network_header;
	unsigned char *head;
} __attribute__((preserve_access_index));

extern void *bpf_rdonly_cast(const void *object, __u32 type_id) __ksym __weak;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[2]);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

#define WITHOUT_STACK 248 // bytes of our record of the flood's datagrams
#define STACK (127 * 8)
#define WAKEUP (1 << 20)

struct record {
	__u64 unannounced; // bytes in the ring since the reader was last woken
	__u8 bytes[WITHOUT_STACK + STACK + 512];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record);
} records SEC(".maps");

// Nothing: the floor of every other.
SEC("tp_btf/kfree_skb")
int empty(__u64 *arguments)
{
	return 0;
}

// Counts twice for itself and looks at two bytes of the packet: the floor of every filter.
SEC("tp_btf/kfree_skb")
int least(__u64 *arguments)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&counters, &zero);
	struct sk_buff *skb = (void *)arguments[0];
	__u32 network = skb->network_header;

	if (!count)
		return 0;
	count[0]++;
	if (network && skb->protocol == 8) {
		const __u8 *packet = bpf_rdonly_cast(skb->head, 0);

		packet += network;
		if (packet[9] == 6)
			return 0;
	}
	count[1]++;
	return 0;
}

struct kind {
	__u64 location;
	__u64 reason;
	__u64 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct kind);
	__type(value, __u64);
} kinds SEC(".maps");

// Counts one kind in a hash, and looks at nothing else: the floor of counting.
SEC("tp_btf/kfree_skb")
int finds_a_kind(__u64 *arguments)
{
	struct kind kind = { .location = arguments[1], .reason = arguments[2] };
	__u64 *count = bpf_map_lookup_elem(&kinds, &kind);
	__u64 one = 1;

	if (count)
		++*count;
	else
		bpf_map_update_elem(&kinds, &kind, &one, BPF_ANY);
	return 0;
}

static __always_inline int hand_over(__u64 *arguments, int walk)
{
	__u32 zero = 0;
	struct record *record = bpf_map_lookup_elem(&records, &zero);
	__u64 length = WITHOUT_STACK;
	long walked = 0;

	if (!record)
		return 0;
	if (walk)
		walked = bpf_get_stack(arguments, record->bytes + WITHOUT_STACK, STACK, 0);
	if (walked > 0)
		length += walked & 1023;
	record->unannounced += length;
	if (record->unannounced < WAKEUP) {
		bpf_ringbuf_output(&ring, record->bytes, length, BPF_RB_NO_WAKEUP);
	} else {
		record->unannounced = 0;
		bpf_ringbuf_output(&ring, record->bytes, length, BPF_RB_FORCE_WAKEUP);
	}
	return 0;
}

// Puts a record of nothing into the ring: the floor of every report.
SEC("tp_btf/kfree_skb")
int hands_over(__u64 *arguments)
{
	return hand_over(arguments, 0);
}

// The same with all of the stack, by the kernel's own unwinder: the floor of whoever asks that for it.
SEC("tp_btf/kfree_skb")
int asks_for_the_stack(__u64 *arguments)
{
	return hand_over(arguments, 1);
}

// As HUATUO's probe goes about it: a record of fixed size with all of the stack through a perf ring, and a wakeup for each.
SEC("tp_btf/kfree_skb")
int wakes_for_each(__u64 *arguments)
{
	__u32 zero = 0;
	struct record *record = bpf_map_lookup_elem(&records, &zero);

	if (!record)
		return 0;
	bpf_get_stack(arguments, record->bytes + WITHOUT_STACK, STACK, 0);
	bpf_perf_event_output(arguments, &events, BPF_F_CURRENT_CPU, record->bytes, 1392);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
