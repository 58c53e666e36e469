package io.dropwatch.layers;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.LinkType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiveTupleTest {
  private static final IpAddress A = IpAddress.of(new byte[] {10, 0, 0, 1});
  private static final IpAddress B = IpAddress.of(new byte[] {10, 0, 0, 2});

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          arp                  | null
          ipv4-tcp             | tcp 10.0.1.5:54321 > 10.0.2.10:8080
          ipv4-udp             | udp 10.0.1.5:5353 > 10.0.2.10:53
          ipv4-icmp            | icmp 10.0.1.5 > 10.0.2.10
          ipv4-sctp            | sctp 10.0.1.5:1000 > 10.0.2.10:2000
          ipv4-options         | tcp 10.0.1.5:54321 > 10.0.2.10:8080
          ipv4-first-fragment  | udp 10.0.1.5:5353 > 10.0.2.10:53
          ipv4-later-fragment  | udp 10.0.1.5 > 10.0.2.10
          ipv4-ospf            | ospf 10.0.1.5 > 10.0.2.10
          ipv6-tcp             | tcp [2001:db8::1]:54321 > [2001:db8::2]:8080
          ipv6-udp             | udp [2001:db8::1]:5353 > [2001:db8::2]:53
          ipv6-icmpv6          | icmpv6 2001:db8::1 > 2001:db8::2
          ipv6-extensions      | tcp [2001:db8::1]:54321 > [2001:db8::2]:8080
          ipv6-fragment        | udp 2001:db8::1 > 2001:db8::2
          ipv6-atomic-fragment | udp [2001:db8::1]:5353 > [2001:db8::2]:53
          vlan                 | tcp 10.0.1.5:54321 > 10.0.2.10:8080
          qinq                 | udp [2001:db8::1]:5353 > [2001:db8::2]:53
          ipip                 | ipv4 10.0.1.5 > 10.0.2.10 / tcp 10.0.1.5:54321 > 10.0.2.10:8080
          sit                  | ipv6 10.0.1.5 > 10.0.2.10 / tcp [2001:db8::1]:54321 > [2001:db8::2]:8080
          gre                  | gre 10.0.1.5 > 10.0.2.10 / tcp 10.0.1.5:54321 > 10.0.2.10:8080
          gretap               | gre 10.0.1.5 > 10.0.2.10 / null
          vxlan                | udp 10.0.1.5:5353 > 10.0.2.10:4789 / tcp 10.0.1.5:54321 > 10.0.2.10:8080
          geneve               | udp [2001:db8::1]:5353 > [2001:db8::2]:6081 / tcp [2001:db8::1]:54321 > [2001:db8::2]:8080
          stp                  | null
          snap                 | tcp 10.0.1.5:54321 > 10.0.2.10:8080
          mpls                 | tcp 10.0.1.5:54321 > 10.0.2.10:8080
          mpls-gre             | gre 10.0.1.5 > 10.0.2.10 / udp [2001:db8::1]:5353 > [2001:db8::2]:53
          mpls-udp             | udp [2001:db8::1]:5353 > [2001:db8::2]:6635 / tcp 10.0.1.5:54321 > 10.0.2.10:8080
          mpls-other           | null
          pppoe                | tcp 10.0.1.5:54321 > 10.0.2.10:8080
          pppoe-ipv6           | udp [2001:db8::1]:5353 > [2001:db8::2]:53
          pppoe-lcp            | null
          pppoe-discovery      | null
          erspan1              | gre 10.0.1.5 > 10.0.2.10 / tcp 10.0.1.5:54321 > 10.0.2.10:8080
          erspan2              | gre 10.0.1.5 > 10.0.2.10 / tcp 10.0.1.5:54321 > 10.0.2.10:8080
          erspan3              | gre 10.0.1.5 > 10.0.2.10 / null
          ah                   | tcp 10.0.1.5:54321 > 10.0.2.10:8080
          ah-ipv6              | udp [2001:db8::1]:5353 > [2001:db8::2]:53
          icmp-unreachable     | icmp 10.0.1.5 > 10.0.2.10 " udp 10.0.1.5:5353 > 10.0.2.10:53
          icmp-too-big         | icmp 10.0.1.5 > 10.0.2.10 " tcp 10.0.1.5:54321 > 10.0.2.10:8080
          icmpv6-too-big       | icmpv6 2001:db8::1 > 2001:db8::2 " tcp [2001:db8::1]:54321 > [2001:db8::2]:8080
          lldp                 | null
          """)
  void flow_ofEveryKindOfFrame(String kind, String flows) {
    byte[] frame = requireNonNull(Packets.everyKind().get(kind));

    assertEquals(flows, flows(Layers.decode(LinkType.ETHERNET, frame)));
  }

  // Outer packet / packet inside it " quoted packet.
  private static String flows(Layers layers) {
    Layers inner = layers.inner();
    Layers quoted = layers.quoted();
    return layers.flow()
        + (inner == null ? "" : " / " + flows(inner))
        + (quoted == null ? "" : " \" " + flows(quoted));
  }

  @Test
  void flow_whenCaptureEndsInTransportHeader_hasNoPorts() {
    byte[] packet = Packets.ipv4(17, Packets.udp(53, new byte[0]));
    Layers cut = Layers.decode(LinkType.RAW_IP, Arrays.copyOf(packet, packet.length - 1));
    FiveTuple flow = requireNonNull(cut.flow());

    assertEquals(17, flow.protocol());
    assertFalse(flow.hasPorts());
    assertNull(Layers.decode(LinkType.RAW_IP, Arrays.copyOf(packet, 19)).flow());
  }

  @Property
  void reversed_twice_isTheSame(@ForAll("flows") FiveTuple flow) {
    assertEquals(flow, flow.reversed().reversed());
    assertEquals(flow.source(), flow.reversed().destination());
    assertEquals(flow.hasPorts(), flow.reversed().hasPorts());
  }

  @Property
  void canonical_isEqualForBothDirections(@ForAll("flows") FiveTuple flow) {
    FiveTuple canonical = flow.canonical();

    assertEquals(canonical, flow.reversed().canonical());
    assertEquals(canonical.hashCode(), flow.reversed().canonical().hashCode());
    assertEquals(canonical, canonical.canonical());
    assertTrue(canonical.equals(flow) || canonical.equals(flow.reversed()));
  }

  @Property
  void equals_agreesWithTheText(@ForAll("flows") FiveTuple flow, @ForAll("flows") FiveTuple other) {
    assertEquals(flow.toString().equals(other.toString()), flow.equals(other));
    assertTrue(!flow.equals(other) || flow.hashCode() == other.hashCode());
  }

  @Property
  void of_takesWhatTheAccessorsReturn(@ForAll("flows") FiveTuple flow) {
    IpAddress source = IpAddress.of(flow.source().getAddress());
    IpAddress destination = IpAddress.of(flow.destination().getAddress());
    FiveTuple again =
        flow.hasPorts()
            ? FiveTuple.of(
                flow.protocol(), source, flow.sourcePort(), destination, flow.destinationPort())
            : FiveTuple.of(flow.protocol(), source, destination);

    assertEquals(flow, again);
    assertTrue(
        !flow.hasPorts()
            || flow.equals(FiveTuple.of(flow.protocol(), flow.source(), flow.destination())));
    assertEquals(flow.hashCode(), again.hashCode());
  }

  // Few values, so that pairs are often equal.
  @Provide
  Arbitrary<FiveTuple> flows() {
    Arbitrary<IpAddress> v4 = Arbitraries.of(A, B);
    Arbitrary<IpAddress> v6 =
        Arbitraries.of(1, 2)
            .map(
                last -> {
                  byte[] bytes = new byte[16];
                  bytes[0] = 0x20;
                  bytes[15] = last.byteValue();
                  return IpAddress.of(bytes);
                });
    return Arbitraries.of(v4, v6)
        .flatMap(
            addresses ->
                Combinators.combine(
                        Arbitraries.of(6, 17, 253),
                        addresses,
                        Arbitraries.of(0, 1, 65535),
                        addresses,
                        Arbitraries.of(0, 1, 65535),
                        Arbitraries.of(true, false))
                    .as(
                        (protocol, source, sport, destination, dport, ports) ->
                            ports
                                ? FiveTuple.of(protocol, source, sport, destination, dport)
                                : FiveTuple.of(protocol, source, destination)));
  }

  @Test
  void source_isResolvedWithoutAName() throws Exception {
    FiveTuple flow = FiveTuple.of(6, A, 40000, B, 443);

    assertEquals(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 40000), flow.source());
    assertEquals(443, flow.destination().getPort());
    assertFalse(flow.source().isUnresolved());
    assertEquals("10.0.0.1", flow.source().getHostString());
  }

  @Test
  void portZero_isAPort() {
    FiveTuple withPorts = FiveTuple.of(6, A, 0, B, 0);
    FiveTuple without = FiveTuple.of(6, A, B);

    assertNotEquals(withPorts, without);
    assertEquals("tcp 10.0.0.1:0 > 10.0.0.2:0", withPorts.toString());
    assertEquals("tcp 10.0.0.1 > 10.0.0.2", without.toString());
    assertEquals(0, without.sourcePort());
  }

  @Test
  void of_outOfRange_throwsIllegalArgument() {
    IpAddress v6 = IpAddress.of(new byte[16]);

    assertMessage("protocol must be between 0 and 255, was 256", () -> FiveTuple.of(256, A, B));
    assertMessage(
        "sourcePort must be between 0 and 65535, was -1", () -> FiveTuple.of(6, A, -1, B, 1));
    assertMessage(
        "destinationPort must be between 0 and 65535, was 65536",
        () -> FiveTuple.of(6, A, 1, B, 65536));
    assertMessage(
        "the address must be resolved, was host.invalid/<unresolved>:1",
        () ->
            FiveTuple.of(
                6,
                InetSocketAddress.createUnresolved("host.invalid", 1),
                new InetSocketAddress(2)));
    assertMessage(
        "both addresses must be IPv4 or both IPv6, were 10.0.0.1 and ::",
        () -> FiveTuple.of(6, A, v6));
  }

  private static void assertMessage(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}
