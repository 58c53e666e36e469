package io.dropwatch.pcapfilter.differential;

import static io.dropwatch.pcapfilter.differential.ExpressionArbitraries.word;
import static net.jqwik.api.Combinators.combine;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Primitives that take no address. */
final class PrimitiveArbitraries {
  private PrimitiveArbitraries() {}

  static Arbitrary<String> protocol() {
    return Arbitraries.frequencyOf(
        Tuple.of(6, word("ip", "ip6", "tcp", "udp", "icmp", "icmp6", "arp")),
        Tuple.of(2, word("rarp", "sctp", "igmp", "igrp", "pim", "vrrp", "carp", "ah", "esp")));
  }

  static Arbitrary<String> groupAddress() {
    return word(
        "ip multicast",
        "ip6 multicast",
        "broadcast",
        "multicast",
        "ether broadcast",
        "ether multicast",
        "tcp multicast",
        "ip6 broadcast");
  }

  static Arbitrary<String> length() {
    return combine(
            word("less ", "greater "),
            Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.of(0, 1, 40, 54, 60, 64, 74, 100, 1500, 65535)),
                Tuple.of(1, Arbitraries.integers().between(0, 300))))
        .as((w, n) -> w + n);
  }

  static Arbitrary<String> logicalLink() {
    return word(
        "stp",
        "llc",
        "llc i",
        "llc s",
        "llc u",
        "llc rr",
        "llc rnr",
        "llc rej",
        "llc ui",
        "llc disc",
        "llc xid",
        "iso",
        "clnp",
        "esis",
        "isis",
        "l1",
        "l2",
        "iih",
        "lsp",
        "snp",
        "csnp",
        "psnp",
        "aarp",
        "atalk",
        "decnet",
        "ipx",
        "netbeui",
        "lat",
        "mopdl",
        "moprc",
        "sca");
  }

  /**
   * Without {@code geneve}: what stands after {@code geneve or} reads memory that bpf_filter never
   * set, so libpcap has no verdict to agree with.
   */
  static Arbitrary<String> encapsulation() {
    Arbitrary<String> number = Arbitraries.of(0, 1, 5, 7, 16, 1000, 4095).map(n -> " " + n);
    return combine(
            word("vlan", "mpls", "pppoes", "vlan", "pppoed"),
            Arbitraries.frequencyOf(Tuple.of(2, word("")), Tuple.of(1, number)))
        .as(String::concat);
  }
}
