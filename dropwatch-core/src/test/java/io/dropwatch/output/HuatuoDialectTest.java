package io.dropwatch.output;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.DropEvent;
import io.dropwatch.DropEventBuilder;
import io.dropwatch.layers.Packets;
import io.dropwatch.pcapfilter.LinkType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What huatuo-bamai reads, as its source stood in August 2026. */
class HuatuoDialectTest {
  private static Map<String, @Nullable Object> written(DropEventBuilder event) {
    return Json.object(JsonWriter.format(event.build(), JsonDialect.HUATUO));
  }

  private static Map<String, @Nullable Object> layers(String kind) {
    byte[] frame = requireNonNull(Packets.everyKind().get(kind));
    return Json.asObject(written(Events.article().packet(LinkType.ETHERNET, frame)).get("layers"));
  }

  @Test
  void fieldsInItsOrder() {
    assertEquals(
        List.of(
            "observed_timestamp",
            "drop_source",
            "drop_reason",
            "drop_reason_group",
            "drop_location",
            "source",
            "comm",
            "pid",
            "container_id",
            "memory_cgroup_css_addr",
            "net_namespace_cookie",
            "net_namespace_inum",
            "netdev_name",
            "netdev_ifindex",
            "netdev_queue_mapping",
            "netdev_linkstatus",
            "packet_skb_addr",
            "packet_eth_proto",
            "packet_len_bytes",
            "layers",
            "stack"),
        List.copyOf(written(Events.article().reasonGroup("l2_drops")).keySet()));
  }

  @Test
  void whatIsEmptyIsOmitted() {
    assertEquals(
        List.of(
            "observed_timestamp",
            "drop_source",
            "drop_reason",
            "source",
            "comm",
            "pid",
            "memory_cgroup_css_addr",
            "net_namespace_cookie",
            "net_namespace_inum",
            "netdev_name",
            "netdev_ifindex",
            "netdev_queue_mapping",
            "netdev_linkstatus",
            "packet_eth_proto",
            "packet_len_bytes",
            "stack"),
        List.copyOf(written(DropEvent.builder()).keySet()));
  }

  @Test
  void noDevice() {
    Map<String, @Nullable Object> event = written(DropEvent.builder());

    assertEquals("-", event.get("netdev_name"));
    assertEquals(List.of("unknown"), event.get("netdev_linkstatus"));
    assertEquals("", event.get("memory_cgroup_css_addr"));
  }

  @ParameterizedTest
  @CsvSource({"0x0800, 0x800", "0x0806, 0x806", "0x86dd, 0x86dd", "0x88cc, 0x0", "0, 0x0"})
  void protocolsWithoutPadding(String protocol, String text) {
    assertEquals(
        text,
        written(DropEvent.builder().protocol(Integer.decode(protocol))).get("packet_eth_proto"));
  }

  @Test
  void framesWithOffsetAndModule() {
    assertEquals(
        "kfree_skb/+16 [kernel]\ntcp_v4_rcv/+291 [kernel]\ntcp_rcv_established/+3 [tcp_mod]",
        written(Events.article()).get("stack"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ether | ipv4-tcp            | saddr, daddr, type
          ether | snap                | saddr, daddr, type, len
          ipv4  | ipv4-tcp            | version, ihl, tos, len, id, flags, ttl, protocol, checksum, saddr, daddr
          ipv4  | ipv4-later-fragment | version, ihl, tos, len, id, frag_offset, ttl, protocol, checksum, saddr, daddr
          ipv6  | ipv6-tcp            | version, traffic_class, flow_label, len, next_header, hop_limit, saddr, daddr
          tcp   | ipv4-tcp            | sport, dport, seq, ack_seq, data_offset, flags, window, checksum, sk_state
          udp   | ipv4-udp            | sport, dport, len, checksum
          icmp  | ipv4-icmp           | type, code, checksum, id, seq
          icmp  | ipv6-icmpv6         | type, code, checksum
          icmp  | icmp-too-big        | type, code, checksum
          arp   | arp                 | addr_type, protocol, hw_address_size, prot_address_size, operation, sender_mac, sender_ip, target_mac, target_ip
          """)
  void fieldsOfALayer(String layer, String kind, String fields) {
    assertEquals(
        List.of(fields.split(", ")), List.copyOf(Json.asObject(layers(kind).get(layer)).keySet()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vxlan           | label, ether, ipv4, udp
          qinq            | label, ether, ipv6, udp
          ipv6-extensions | label, ether, ipv6, tcp
          ipv4-sctp       | label, ether, ipv4
          mpls            | label, ether, ipv4, tcp
          pppoe           | label, ether, ipv4, tcp
          erspan2         | label, ether, ipv4
          ah              | label, ether, ipv4, tcp
          icmp-too-big    | label, ether, ipv4, icmp
          """)
  void nothingThatItDoesNotKnow(String kind, String names) {
    assertEquals(List.of(names.split(", ")), List.copyOf(layers(kind).keySet()));
  }
}
