// What a program on the tracepoint costs that does nothing, the floor of every other; and one that counts twice for itself
// and looks at two bytes of the packet, the floor of every filter.
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

SEC("tp_btf/kfree_skb")
int empty(__u64 *arguments)
{
	return 0;
}

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

char LICENSE[] SEC("license") = "GPL";
