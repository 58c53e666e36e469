package io.dropwatch.pcapfilter.differential;

import static io.dropwatch.pcapfilter.differential.ExpressionArbitraries.word;
import static net.jqwik.api.Combinators.combine;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/**
 * A kind of address: the qualifiers that may stand before an identifier, and the identifiers.
 *
 * @param qualifiers such as {@code tcp src port}, now and then with one that does not fit
 * @param id such as {@code 443}
 */
record QualifiedIds(Arbitrary<String> qualifiers, Arbitrary<String> id) {
  private static final String[] DIRECTIONS = {
    "", "src ", "dst ", "src or dst ", "src and dst ", "dst or src ", "dst and src "
  };

  static QualifiedIds hosts() {
    Arbitrary<String> id =
        Arbitraries.frequencyOf(
            Tuple.of(6, ipv4()), Tuple.of(3, ipv6()), Tuple.of(1, word("10.1", "10.1.2", "10")));
    return new QualifiedIds(
        Arbitraries.frequencyOf(
            Tuple.of(4, qualifiers(word("", "ip ", "ip6 ", "arp ", "rarp ", "tcp "), "host")),
            Tuple.of(4, qualifiers(word(""), "host")),
            Tuple.of(1, word("src", "dst", "ip src", "ip6 dst"))),
        id);
  }

  static QualifiedIds nets() {
    Arbitrary<String> id =
        Arbitraries.frequencyOf(
            Tuple.of(4, word("10", "10.1", "10.1.2", "192.168.1", "10.0.0.1", "0", "224")),
            Tuple.of(
                5, combine(ipv4(), Arbitraries.integers().between(0, 32)).as(QualifiedIds::net4)),
            Tuple.of(
                3, combine(ipv6(), Arbitraries.integers().between(0, 128)).as(QualifiedIds::net6)),
            Tuple.of(
                2,
                word(
                    "10.0.0.0 mask 255.0.0.0",
                    "10.1 mask 255.255.0.0",
                    "192.168.1.0 mask 255.255.255.128",
                    "10.0.0.1 mask 255.0.255.255",
                    "10.0.0.1 mask 255.0.0.0")),
            Tuple.of(
                1,
                word(
                    "10.0.0.1/8",
                    "10/8",
                    "192.168/16",
                    "10.0.0.0/33",
                    "2001:db8::1/64",
                    "::/129")));
    return new QualifiedIds(
        Arbitraries.frequencyOf(
            Tuple.of(2, qualifiers(word("", "ip ", "ip6 ", "arp ", "rarp ", "udp "), "net")),
            Tuple.of(3, qualifiers(word(""), "net"))),
        id);
  }

  static QualifiedIds ports() {
    return new QualifiedIds(
        qualifiers(word("", "tcp ", "udp ", "sctp ", "", "tcp ", "udp ", "ip ", "icmp "), "port"),
        Arbitraries.frequencyOf(
            Tuple.of(20, port().map(String::valueOf)),
            Tuple.of(1, word("0x1bb", "0443", "65536"))));
  }

  static QualifiedIds portRanges() {
    Arbitrary<String> range = combine(port(), port()).as((from, to) -> from + "-" + to);
    return new QualifiedIds(
        qualifiers(word("", "tcp ", "udp ", "sctp ", "ip6 "), "portrange"),
        Arbitraries.frequencyOf(Tuple.of(9, range), Tuple.of(1, port().map(String::valueOf))));
  }

  static QualifiedIds protocolNumbers() {
    return new QualifiedIds(
        word(
            "proto",
            "ip proto",
            "ip6 proto",
            "tcp proto",
            "src proto",
            "protochain",
            "ip protochain",
            "ip6 protochain"),
        Arbitraries.frequencyOf(
            Tuple.of(
                3,
                word("6", "17", "1", "58", "2", "44", "132", "0", "50", "51", "103", "112", "255")),
            Tuple.of(3, word("\\tcp", "\\udp", "\\icmp", "\\sctp", "\\ah", "\\esp", "\\igmp")),
            Tuple.of(2, Arbitraries.integers().between(0, 255).map(String::valueOf))));
  }

  static QualifiedIds etherTypes() {
    return new QualifiedIds(
        word("ether proto", "link proto"),
        word(
            "0x800", "0x806", "0x86dd", "0x8035", "1500", "1501", "0x42", "0xe0", "0xf0", "0xfe",
            "0x809b", "0x8137", "\\ip", "\\ip6", "\\arp", "\\rarp", "\\stp", "\\ipx", "\\iso"));
  }

  static QualifiedIds linkHosts() {
    return new QualifiedIds(
        qualifiers(word("ether ", "link ", "ether ", "ip "), "host"),
        word(
            "00:11:22:33:44:55",
            "02:00:00:00:00:01",
            "02-00-00-00-00-02",
            "0200.0000.0001",
            "2:0:0:0:0:1",
            "ff:ff:ff:ff:ff:ff",
            "01005e000001"));
  }

  private static Arbitrary<String> qualifiers(Arbitrary<String> protocols, String type) {
    return combine(protocols, word(DIRECTIONS)).as((p, d) -> p + d + type);
  }

  /** Port numbers, most of them from the corpus. */
  static Arbitrary<Integer> port() {
    return Arbitraries.frequencyOf(
        Tuple.of(
            4,
            Arbitraries.of(
                443, 53, 80, 0, 1, 442, 444, 1000, 2000, 3306, 8080, 32768, 40000, 65535)),
        Tuple.of(1, Arbitraries.integers().between(0, 65535)));
  }

  static Arbitrary<String> ipv4() {
    return Arbitraries.frequencyOf(
        Tuple.of(
            5,
            word(
                "10.0.0.1",
                "10.0.0.2",
                "1.2.3.4",
                "10.1.2.3",
                "192.168.1.1",
                "192.168.1.0",
                "169.254.169.254",
                "0.0.0.0",
                "0.0.0.10",
                "224.0.0.1",
                "255.255.255.255")),
        Tuple.of(
            1,
            Arbitraries.integers()
                .between(0, 255)
                .list()
                .ofSize(4)
                .map(b -> b.get(0) + "." + b.get(1) + "." + b.get(2) + "." + b.get(3))));
  }

  static Arbitrary<String> ipv6() {
    return word(
        "2001:db8::1",
        "2001:db8::2",
        "2001:db8::",
        "::",
        "::1",
        "3fff::4",
        "fe80::1",
        "ff02::1",
        "2001:db8:0:1::",
        "2001:DB8:7fff:ffff::",
        "::ffff",
        "1:2:3:4:5:6:7:8",
        "::1.2.3.4",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  }

  private static String net4(String address, int bits) {
    byte[] b = masked(Inet4Address.ofLiteral(address), bits);
    return (b[0] & 255) + "." + (b[1] & 255) + "." + (b[2] & 255) + "." + (b[3] & 255) + "/" + bits;
  }

  private static String net6(String address, int bits) {
    byte[] bytes = masked(Inet6Address.ofLiteral(address), bits);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < bytes.length; i += 2) {
      words.add(Integer.toHexString((bytes[i] & 255) << 8 | (bytes[i + 1] & 255)));
    }
    return String.join(":", words) + "/" + bits;
  }

  /** The address with everything after its first bits cleared. */
  private static byte[] masked(InetAddress address, int bits) {
    byte[] bytes = address.getAddress();
    for (int bit = bits; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    return bytes;
  }
}
