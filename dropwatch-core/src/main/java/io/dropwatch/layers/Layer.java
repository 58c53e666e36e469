package io.dropwatch.layers;

/** One header of a packet. */
public sealed interface Layer
    permits Ethernet,
        Llc,
        Vlan,
        Mpls,
        Pppoe,
        Ppp,
        Ipv4,
        Ipv6,
        IpExtension,
        Ipv6Fragment,
        Ah,
        Tcp,
        TcpHead,
        Udp,
        Sctp,
        Icmp,
        Arp,
        Gre,
        Erspan,
        Vxlan,
        Geneve {}
