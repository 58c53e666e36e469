// Reports the address that dropped each packet.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} drops SEC(".maps");

SEC("tp_btf/kfree_skb")
int report(__u64 *arguments)
{
	__u64 location = arguments[1];

	bpf_ringbuf_output(&drops, &location, sizeof(location), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
