package io.dropwatch.pcapfilter.differential;

import static io.dropwatch.pcapfilter.differential.ExpressionArbitraries.word;
import static net.jqwik.api.Combinators.combine;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Comparisons of packet bytes, lengths and numbers. */
final class ArithmeticArbitraries {
  private ArithmeticArbitraries() {}

  static Arbitrary<String> comparison() {
    Arbitrary<String> known =
        word(
            "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
            "tcp[13] = 2",
            "ip[0] & 0xf != 5",
            "ip[6:2] & 0x1fff = 0",
            "udp[4:2] > 20",
            "icmp[icmptype] = icmp-echo",
            "icmp6[icmp6type] == icmp6-echo",
            "ether[0] & 1 = 0 and ip[16] >= 224",
            "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420");
    Arbitrary<String> any =
        combine(term(), word(" = ", " == ", " != ", " < ", " > ", " <= ", " >= "), term())
            .as((l, o, r) -> l + o + r);
    return Arbitraries.frequencyOf(Tuple.of(1, known), Tuple.of(3, any));
  }

  private static Arbitrary<String> term() {
    return Arbitraries.lazyOf(
        ArithmeticArbitraries::number,
        ArithmeticArbitraries::load,
        ArithmeticArbitraries::load,
        () -> combine(term(), calculation(), term()).as((l, o, r) -> l + o + r),
        () -> term().map(inner -> "(" + inner + ")"));
  }

  private static Arbitrary<String> calculation() {
    return word(" + ", " - ", " & ", " | ", " * ", " / ", " % ", " ^ ", " << ", " >> ");
  }

  private static Arbitrary<String> number() {
    return Arbitraries.frequencyOf(
        Tuple.of(
            6, word("0", "1", "2", "0xf", "4", "5", "8", "0xff", "443", "0x1fff", "0xffffffff")),
        Tuple.of(1, word("len", "len", "tcp-syn", "icmp-echo", "-1")),
        Tuple.of(1, Arbitraries.integers().between(0, Integer.MAX_VALUE).map(String::valueOf)));
  }

  private static Arbitrary<String> load() {
    Arbitrary<String> header =
        Arbitraries.frequencyOf(
            Tuple.of(6, word("ip", "tcp", "udp", "ip6", "ether", "icmp")),
            Tuple.of(1, word("icmp6", "arp", "rarp", "sctp", "igmp", "pim", "vrrp", "link")));
    Arbitrary<String> offset =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.integers().between(0, 24).map(String::valueOf)),
            Tuple.of(2, Arbitraries.of(0, 40, 60, 199, 255, 0x7fffffff).map(String::valueOf)),
            Tuple.of(
                1,
                combine(
                        word("ip[0] & 0xf", "tcp[12] >> 4", "ip[9]", "len"),
                        word("", " * 4", " - 8"))
                    .as(String::concat)));
    return combine(header, offset, word("", ":1", ":2", ":4"))
        .as((h, o, size) -> h + "[" + o + size + "]");
  }
}
