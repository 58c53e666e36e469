// Reads a packet without a bounds check, which the verifier rejects.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int out_of_bounds(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data;

	return data[20];
}

SEC("tc")
int harmless(struct __sk_buff *skb)
{
	return skb->len;
}

char LICENSE[] SEC("license") = "GPL";
