package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.NameResolver;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import io.dropwatch.pcapfilter.oracle.LibpcapRefusal;
import io.dropwatch.pcapfilter.packet.PacketBuilder;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an expression does not say itself means what it means to libpcap on this machine. */
class NamesAndMasksTest {
  private static final List<LinkType> LINKS = List.of(LinkType.ETHERNET, LinkType.RAW_IP);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "255.255.255.0",
        "255.0.0.0",
        "255.255.0.0",
        "255.255.255.252",
        "255.255.240.0",
        "255.255.255.254",
        "128.0.0.0"
      })
  void ipBroadcast_usesNetmask(String mask) {
    FilterOptions options = FilterOptions.builder().netmask(mask).build();
    int number = ByteBuffer.wrap(Inet4Address.ofLiteral(mask).getAddress()).getInt();
    for (String expression :
        List.of(
            "ip broadcast",
            "not ip broadcast",
            "ip broadcast and udp",
            "tcp or ip broadcast",
            "ip multicast or ip broadcast")) {
      for (LinkType link : LINKS) {
        agree(expression, link, number, options);
      }
    }
  }

  /** In every hosts file. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "host localhost",
        "src host localhost",
        "dst host localhost and udp",
        "not host localhost",
        "ip host localhost",
        "src and dst host localhost",
        "host 10.0.0.1 or localhost",
        "host localhost or 10.0.0.1"
      })
  void hostNames_haveLibpcapsVerdicts(String expression) {
    FilterOptions options = FilterOptions.builder().nameResolver(NameResolver.system()).build();
    for (LinkType link : LINKS) {
      BitSet matches = agree(expression, link, -1, options);
      assertFalse(matches.isEmpty(), expression);
    }
  }

  /** Reserved by RFC 6761, section 6.4, so that it is never the name of anything. */
  @ParameterizedTest
  @ValueSource(strings = {"host nobody.invalid", "src host nobody.invalid or tcp"})
  void unknownHostNames_areRefusedAsByLibpcap(String expression) {
    FilterOptions options = FilterOptions.builder().nameResolver(NameResolver.system()).build();
    for (LinkType link : LINKS) {
      assertThrows(
          LibpcapRefusal.class,
          () -> Libpcap.compile(expression, Agreement.dlt(link), Mode.UNOPTIMIZED).close());
      assertThrows(
          FilterSyntaxException.class, () -> PcapFilter.compile(expression, link, options));
    }
  }

  private static BitSet agree(
      String expression, LinkType link, int netmask, FilterOptions options) {
    List<SamplePacket> packets = packets(link);
    PcapFilter ours = PcapFilter.compile(expression, link, options);
    try (LibpcapFilter theirs =
            Libpcap.compile(expression, Agreement.dlt(link), Mode.UNOPTIMIZED, netmask);
        Classic classic = Classic.of(ours)) {
      BitSet expected = verdicts(packets, p -> theirs.matches(p.bytes(), p.wireLength()));
      String what = expression + " on " + link;
      assertEquals(expected, verdicts(packets, p -> ours.matches(p.bytes(), p.wireLength())), what);
      assertEquals(expected, verdicts(packets, p -> classic.matches(p, false)), what);
      return expected;
    }
  }

  private static BitSet verdicts(List<SamplePacket> packets, Predicate<SamplePacket> matches) {
    BitSet verdicts = new BitSet();
    for (int i = 0; i < packets.size(); i++) {
      verdicts.set(i, matches.test(packets.get(i)));
    }
    return verdicts;
  }

  private static List<SamplePacket> packets(LinkType link) {
    List<SamplePacket> packets = new ArrayList<>(Corpora.sample(link));
    for (String[] ends :
        new String[][] {
          {"127.0.0.1", "127.0.0.1"},
          {"127.0.0.1", "10.0.0.1"},
          {"10.1.2.3", "127.0.0.1"},
          {"10.1.2.3", "10.1.2.255"},
          {"10.1.2.3", "10.1.2.0"},
          {"10.1.2.3", "10.1.255.255"},
          {"10.1.2.3", "10.255.255.255"},
          {"10.1.2.3", "10.0.0.0"},
          {"10.1.2.3", "10.1.2.7"},
          {"10.1.2.3", "10.1.15.255"},
          {"10.1.2.3", "255.255.255.255"},
          {"10.1.2.3", "0.0.0.0"}
        }) {
      add(packets, start(link).ipv4(ends[0], ends[1]));
    }
    for (String[] ends : new String[][] {{"::1", "::1"}, {"::1", "2001:db8::1"}}) {
      add(packets, start(link).ipv6(ends[0], ends[1]));
    }
    return packets;
  }

  private static PacketBuilder start(LinkType link) {
    return link == LinkType.ETHERNET ? PacketBuilder.ethernet() : PacketBuilder.raw();
  }

  private static void add(List<SamplePacket> packets, PacketBuilder packet) {
    byte[] bytes = packet.udp(68, 67).build();
    packets.add(new SamplePacket("broadcast or loopback", bytes, bytes.length));
  }
}
