// What a program on the tracepoint costs that does nothing: the floor of every other.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp_btf/kfree_skb")
int empty(__u64 *arguments)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
