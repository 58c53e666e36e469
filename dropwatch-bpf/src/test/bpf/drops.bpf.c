// Counts dropped packets, by a typed and by a classic tracepoint.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static __always_inline int count(__u32 way)
{
	__u64 *value = bpf_map_lookup_elem(&seen, &way);

	if (value)
		(*value)++;
	return 0;
}

SEC("tp_btf/kfree_skb")
int modern(__u64 *arguments)
{
	return count(0);
}

SEC("tracepoint/skb/kfree_skb")
int classic(void *arguments)
{
	return count(1);
}

// No kernel has it.
SEC("?tracepoint/skb/no_such_tracepoint")
int nowhere(void *arguments)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
