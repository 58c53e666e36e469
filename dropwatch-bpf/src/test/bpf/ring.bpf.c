// Writes records into a perf event array at each run, and counts the results.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

// 12 bytes, which the kernel pads to 16 for each CPU.
struct counters {
	__u32 sent;
	__u32 failed;
	__u32 last_error;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

const volatile __u32 records = 1;
const volatile __u64 first = 0;
const volatile _Bool shout = 0;
const volatile __u8 tag[4] = { 't', 'a', 'g', '0' };

struct record {
	__u64 sequence;
	__u8 tag[4];
	__u8 body[244];
};

SEC("tc")
int emit(struct __sk_buff *skb)
{
	struct record record = {};
	__u32 zero = 0;
	struct counters *count = bpf_map_lookup_elem(&counters, &zero);

	if (!count)
		return -1;
	__builtin_memcpy(record.tag, (const void *)tag, sizeof(record.tag));
	if (shout)
		record.body[0] = '!';
	for (__u32 i = 0; i < 4096; i++) {
		// all lengths from 12 to 256 bytes
		__u64 size = 12 + (i & 0xff) % 245;
		long error;

		if (i >= records)
			break;
		record.sequence = first + i;
		error = bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU, &record, size);
		if (error) {
			count->failed++;
			count->last_error = -error;
		} else {
			count->sent++;
		}
	}
	return 7;
}

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

const volatile __u64 wakeup_bytes = 0;

// Writes the records into a BPF ring, and discards every fifth.
SEC("tc")
int emit_ring(struct __sk_buff *skb)
{
	struct record record = {};
	__u32 zero = 0;
	struct counters *count = bpf_map_lookup_elem(&counters, &zero);

	if (!count)
		return -1;
	for (__u32 i = 0; i < 2048; i++) {
		__u64 *slot;
		__u64 size = 12 + (i & 0xff) % 245;
		__u64 flags = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >= wakeup_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;

		if (i >= records)
			break;
		record.sequence = first + i;
		if (i % 5 == 4) {
			slot = bpf_ringbuf_reserve(&ring, 24, 0);
			if (slot) {
				*slot = record.sequence;
				bpf_ringbuf_discard(slot, flags);
			}
			continue;
		}
		if (bpf_ringbuf_output(&ring, &record, size, flags))
			count->failed++;
		else
			count->sent++;
	}
	return 7;
}

char LICENSE[] SEC("license") = "GPL";
