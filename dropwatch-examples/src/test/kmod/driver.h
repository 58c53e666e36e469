/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A driver without a device, for the tests of a guest: it frees packets, as many as are written to its parameter `drop`, in a
 * function whose name the including file gives as FREES. So a stack shows that name and the module's.
 *
 * A packet is UDP from 192.0.2.9 port 9 to 192.0.2.10 port 4242, on the loopback device, and its IPv4 id counts from 1.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/udp.h>
#include <net/net_namespace.h>

static noinline __noclone void FREES(struct sk_buff *skb)
{
	kfree_skb(skb);
	/* A jump as the last thing would leave no frame. */
	barrier();
}

static int drop(u16 id)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct ethhdr *eth;
	struct iphdr *ip;
	struct udphdr *udp;

	if (!skb)
		return -ENOMEM;
	skb_reset_mac_header(skb);
	eth = skb_put_zero(skb, sizeof(*eth));
	eth->h_proto = htons(ETH_P_IP);
	skb_set_network_header(skb, sizeof(*eth));
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tot_len = htons(sizeof(*ip) + sizeof(*udp));
	ip->id = htons(id);
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->saddr = htonl(0xc0000209);
	ip->daddr = htonl(0xc000020a);
	ip->check = ip_fast_csum(ip, ip->ihl);
	skb_set_transport_header(skb, sizeof(*eth) + sizeof(*ip));
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->source = htons(9);
	udp->dest = htons(4242);
	udp->len = htons(sizeof(*udp));
	skb->protocol = htons(ETH_P_IP);
	skb->dev = init_net.loopback_dev;
	FREES(skb);
	return 0;
}

static int set_drop(const char *text, const struct kernel_param *parameter)
{
	u16 packets, id;
	int error = kstrtou16(text, 10, &packets);

	for (id = 1; !error && id <= packets; id++)
		error = drop(id);
	return error;
}

static const struct kernel_param_ops drop_ops = { .set = set_drop };
module_param_cb(drop, &drop_ops, NULL, 0200);

static int __init load(void)
{
	return 0;
}

static void __exit unload(void)
{
}

module_init(load);
module_exit(unload);
MODULE_DESCRIPTION("frees packets of its own in a function of a given name");
MODULE_LICENSE("GPL");
