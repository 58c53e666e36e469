// A function whose nops are replaced, and its caller.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__hidden __attribute__((noinline)) int slot(__u32 length)
{
	// Opaque to clang, which would propagate a constant result into the caller, also from a hidden function.
	int result;

	asm volatile("%0 = 0\n\t.rept 32\n\tgoto +0\n\t.endr" : "=r"(result) : "r"(length));
	return result;
}

SEC("tc")
int call_slot(struct __sk_buff *skb)
{
	return slot(skb->len);
}

char LICENSE[] SEC("license") = "GPL";
