// Programs that do only one part of the work: lower bounds of the cost of a probe.
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

#define WITHOUT_STACK 248 // bytes of a record of the probe for a datagram of the flood
#define STACK (127 * 8)
#define WAKEUP (1 << 20)

struct record {
	__u64 pending; // bytes output since the last wakeup
	__u8 bytes[WITHOUT_STACK + STACK + 512];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record);
} records SEC(".maps");

// The lower bound of all programs.
SEC("tp_btf/kfree_skb")
int empty(__u64 *arguments)
{
	return 0;
}

// Counts twice and reads two bytes of the packet: the lower bound of filters.
SEC("tp_btf/kfree_skb")
int count_and_peek(__u64 *arguments)
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

// Counts one kind in a hash: the lower bound of counting.
SEC("tp_btf/kfree_skb")
int count_in_hash(__u64 *arguments)
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

static __always_inline int output(__u64 *arguments, int with_stack)
{
	__u32 zero = 0;
	struct record *record = bpf_map_lookup_elem(&records, &zero);
	__u64 length = WITHOUT_STACK;
	long stack = 0;

	if (!record)
		return 0;
	if (with_stack)
		stack = bpf_get_stack(arguments, record->bytes + WITHOUT_STACK, STACK, 0);
	if (stack > 0)
		length += stack & 1023;
	record->pending += length;
	if (record->pending < WAKEUP) {
		bpf_ringbuf_output(&ring, record->bytes, length, BPF_RB_NO_WAKEUP);
	} else {
		record->pending = 0;
		bpf_ringbuf_output(&ring, record->bytes, length, BPF_RB_FORCE_WAKEUP);
	}
	return 0;
}

// Outputs an empty record: the lower bound of reports.
SEC("tp_btf/kfree_skb")
int output_record(__u64 *arguments)
{
	return output(arguments, 0);
}

// The same with the whole stack from the kernel's unwinder: the lower bound of reports with it.
SEC("tp_btf/kfree_skb")
int output_stack(__u64 *arguments)
{
	return output(arguments, 1);
}

// Like HUATUO's probe: a record of fixed size with the whole stack through a perf ring, and a wakeup for each.
SEC("tp_btf/kfree_skb")
int output_waking(__u64 *arguments)
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
