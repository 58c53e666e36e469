package io.dropwatch.layers;

/** One header of a packet. */
public sealed interface Layer
    permits Ethernet,
        Llc,
        Vlan,
        Ipv4,
        Ipv6,
        IpExtension,
        Ipv6Fragment,
        Tcp,
        Udp,
        Sctp,
        Icmp,
        Arp,
        Gre,
        Vxlan,
        Geneve {}
