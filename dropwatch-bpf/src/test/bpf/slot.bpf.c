// A function to be overwritten from its end, called by one that is not.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__hidden __attribute__((noinline)) int slot(__u32 length)
{
	// What clang cannot see through: it carries a constant result into the caller, also of a hidden function.
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
