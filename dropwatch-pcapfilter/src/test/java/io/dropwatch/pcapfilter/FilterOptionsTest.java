package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.packet.PacketBuilder;
import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an expression means with more than itself. */
class FilterOptionsTest {
  private static final NameResolver NAMES =
      new NameResolver() {
        @Override
        public List<InetAddress> hosts(String name) {
          return switch (name) {
            case "both" ->
                List.of(InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("2001:db8::1"));
            case "four" ->
                List.of(InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("10.0.0.2"));
            default -> List.of();
          };
        }

        @Override
        public OptionalInt network(String name) {
          return name.equals("ten") ? OptionalInt.of(10) : OptionalInt.empty();
        }
      };
  private static final FilterOptions RESOLVING =
      FilterOptions.builder().nameResolver(NAMES).build();
  private static final FilterOptions DEVICES =
      FilterOptions.builder()
          .deviceResolver(name -> name.equals("eth0") ? OptionalInt.of(7) : OptionalInt.empty())
          .build();

  @ParameterizedTest
  @CsvSource({
    "host both,         host 10.0.0.1 or host 2001:db8::1",
    "src host both,     src host 10.0.0.1 or src host 2001:db8::1",
    "ip host both,      ip host 10.0.0.1",
    "ip6 host both,     ip6 host 2001:db8::1",
    "dst four,          dst host 10.0.0.1 or dst host 10.0.0.2",
    "arp host four,     arp host 10.0.0.1 or arp host 10.0.0.2",
    "net ten,           net 10",
    "not host four,     not (host 10.0.0.1 or host 10.0.0.2)",
  })
  void names_compileToTheirAddresses(String named, String written) {
    for (PacketView view : PacketView.values()) {
      assertEquals(
          graph(TestFilters.compile(written, view)),
          graph(TestFilters.compile(named, view, RESOLVING)),
          named);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          host nobody     | unknown host 'nobody'
          ip6 host four   | unknown host 'four' for ip6
          net nowhere     | unknown network 'nowhere'
          arp host both   | 'arp' has no IPv6 addresses; write 'ip6' instead, or nothing
          tcp host four   | 'tcp' has no IPv4 addresses; write 'tcp and' and then the host or network
          ether host four | 'four' is a name, and there is no resolver for names; expected a MAC address such as 00:1b:21:3c:4d:5e
          """)
  void unknownNames_areRefused(String expression, String problem) {
    FilterSyntaxException refusal =
        assertThrows(
            FilterSyntaxException.class,
            () -> PcapFilter.compile(expression, LinkType.ETHERNET, RESOLVING));
    assertEquals(problem, refusal.summary().replaceFirst("^line 1, column [0-9]+: ", ""));
  }

  @Test
  void ifname_compilesToIfindex() {
    assertEquals(
        graph(SkbFilter.compile("ifindex 7")), graph(SkbFilter.compile("ifname eth0", DEVICES)));
    assertThrows(FilterSyntaxException.class, () -> SkbFilter.compile("ifname eth0"));
    assertThrows(FilterSyntaxException.class, () -> SkbFilter.compile("ifname eth1", DEVICES));
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.255,      true",
    "10.1.2.0,        true",
    "10.1.2.1,        false",
    "255.255.255.255, true",
    "10.1.255.254,    false",
  })
  void ipBroadcast_usesNetmask(String destination, boolean broadcast) {
    FilterOptions options = FilterOptions.builder().netmask("255.255.255.0").build();
    byte[] packet = PacketBuilder.ethernet().ipv4("10.1.2.3", destination).udp(1, 2).build();
    assertEquals(
        broadcast,
        PcapFilter.compile("ip broadcast", LinkType.ETHERNET, options)
            .matches(packet, packet.length));
  }

  @Test
  void vxlanPorts_areAddedToTheStandardPort() {
    byte[] vxlan =
        PacketBuilder.ethernet()
            .ipv4("10.0.0.1", "10.0.0.2")
            .udp(40000, 8472)
            .vxlan(5)
            .innerEthernet("02:00:00:00:00:0a", "02:00:00:00:00:0b")
            .arp(1, "10.9.0.1", "10.9.0.2")
            .build();
    FilterOptions flannel = FilterOptions.builder().vxlanPorts(8472).build();
    String expression = "vxlan 5 and arp";
    assertTrue(
        PcapFilter.compile(expression, LinkType.ETHERNET, flannel).matches(vxlan, vxlan.length));
    assertFalse(PcapFilter.compile(expression, LinkType.ETHERNET).matches(vxlan, vxlan.length));
    assertThrows(IllegalArgumentException.class, () -> FilterOptions.builder().genevePorts(65536));
  }

  @Test
  void toBuilder_build_isEqual() {
    FilterOptions options =
        RESOLVING.toBuilder().netmask("255.0.0.0").vxlanPorts(8472).genevePorts(1, 2).build();

    assertEquals(options, options.toBuilder().build());
    assertEquals(options.hashCode(), options.toBuilder().build().hashCode());
    assertNotEquals(options, options.toBuilder().genevePorts().build());
    assertEquals(FilterOptions.DEFAULT, FilterOptions.builder().build());
  }

  @Test
  void netmask_malformed_throws() {
    FilterOptions.Builder builder = FilterOptions.builder();

    assertThrows(IllegalArgumentException.class, () -> builder.netmask("255.255"));
    assertThrows(IllegalArgumentException.class, () -> builder.netmask("255.255.255.256"));
  }

  private static String graph(Filter filter) {
    return filter.dump(Stage.GRAPH);
  }
}
