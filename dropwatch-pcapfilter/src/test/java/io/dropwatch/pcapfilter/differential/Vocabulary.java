package io.dropwatch.pcapfilter.differential;

/** Groups of constructs that generated expressions are made of. */
enum Vocabulary {
  /** {@code tcp}, {@code ip6}, {@code arp}. */
  PROTOCOLS,
  /** {@code src or dst host 10.0.0.1}. */
  HOSTS,
  /** {@code net 10.1}, {@code net 10.0.0.0 mask 255.0.0.0}, {@code net 2001:db8::/32}. */
  NETS,
  /** {@code udp src port 53}. */
  PORTS,
  /** {@code portrange 1000-2000}. */
  PORT_RANGES,
  /** {@code ip proto \tcp}, {@code ip6 proto 44}. */
  PROTOCOL_NUMBERS,
  /** {@code ether proto 0x806}. */
  ETHER_TYPES,
  /** {@code ether src host 00:11:22:33:44:55}, {@code broadcast}, {@code ip6 multicast}. */
  LINK_ADDRESSES,
  /** {@code less 100}. */
  LENGTHS,
  /** {@code tcp[tcpflags] & tcp-syn != 0}. */
  BYTES,
  /** {@code stp}, {@code llc s}, {@code isis}. */
  LOGICAL_LINK,
  /** {@code vlan 5}, {@code mpls}, {@code pppoes}: they shift what comes after them. */
  ENCAPSULATIONS,
  /** {@code tcp port 80 or 443}. */
  INHERITANCE
}
