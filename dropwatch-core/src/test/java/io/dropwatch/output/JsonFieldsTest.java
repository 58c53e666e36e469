package io.dropwatch.output;

import static io.dropwatch.layers.Packets.everyKind;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.layers.Packets;
import io.dropwatch.layers.Tcp;
import io.dropwatch.pcapfilter.LinkType;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names, order and types of the JSON fields, which users query with jq. */
class JsonFieldsTest {
  private static final String EXAMPLE =
      """
      {
        "observed_timestamp": "2026-06-20T08:30:12.123456789Z",
        "comm": "nginx",
        "pid": 4521,
        "container_id": "a1b2c3d4",
        "netdev_name": "eth0",
        "packet_eth_proto": "0x0800",
        "packet_len": 74,
        "layers": {
          "label": "IPv4/TCP",
          "ether": { "src": "aa:bb:cc:dd:ee:ff", "dst": "11:22:33:44:55:66", "type": "IPv4" },
          "ipv4": { "src": "10.0.1.5", "dst": "10.0.2.10", "ttl": 64, "protocol": "TCP" },
          "tcp": { "sport": 54321, "dport": 8080, "flags": "SYN", "seq": 0, "ack": 0, "window": 65535, "sk_state": "SYN_SENT" }
        },
        "stack": "kfree_skb\\ntcp_v4_rcv\\ntcp_rcv_established"
      }
      """;

  @Test
  void format_sampleEvent_containsTheseFields() {
    String line = JsonWriter.format(Events.sample().build());

    assertContains(Json.object(EXAMPLE), Json.object(line), "");
  }

  private static void assertContains(
      Map<String, @Nullable Object> expected, Map<String, @Nullable Object> actual, String path) {
    expected.forEach(
        (name, value) -> {
          String where = path + "/" + name;
          assertTrue(actual.containsKey(name), where);
          if (value instanceof Map) {
            assertContains(Json.asObject(value), Json.asObject(actual.get(name)), where);
          } else {
            assertEquals(value, actual.get(name), where);
          }
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ether | stp              | src, dst, type, len
          ether | ipv4-tcp         | src, dst, type
          ipv4  | ipv4-tcp         | version, ihl, tos, len, id, flags, frag_offset, ttl, protocol, checksum, src, dst
          ipv6  | ipv6-tcp         | version, traffic_class, flow_label, len, next_header, hop_limit, src, dst
          tcp   | ipv4-tcp         | sport, dport, seq, ack, data_offset, flags, window, checksum, urgent, sk_state
          udp   | ipv4-udp         | sport, dport, len, checksum
          icmp  | ipv4-icmp        | type, code, checksum, id, seq
          icmp  | ipv6-icmpv6      | type, code, checksum, id, seq
          arp   | arp              | addr_type, protocol, hw_address_size, prot_address_size, operation, sender_mac, sender_ip, target_mac, target_ip
          """)
  void format_layer_hasTheseFieldsInThisOrder(String layer, String kind, String fields) {
    Map<String, @Nullable Object> layers = layers(kind);

    assertEquals(
        List.of(fields.split(", ")), List.copyOf(Json.asObject(layers.get(layer)).keySet()));
  }

  /**
   * For {@code select(.layers.tcp.flags == "RST")} and {@code select(.stack |
   * test("ip_finish_output"))}.
   */
  @Test
  void format_tcpFlagsAndStack_areText() {
    byte[] reset = Packets.ether(0x0800, Packets.ipv4(6, Packets.tcp(Tcp.RST, new byte[0])));
    Map<String, @Nullable Object> event =
        Json.object(JsonWriter.format(Events.sample().packet(LinkType.ETHERNET, reset).build()));
    Map<String, @Nullable Object> layers = Json.asObject(event.get("layers"));

    assertEquals("RST", Json.asObject(layers.get("tcp")).get("flags"));
    assertEquals("kfree_skb\ntcp_v4_rcv\ntcp_rcv_established", event.get("stack"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "observed_timestamp",
        "drop_source",
        "drop_reason",
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
        "packet_len",
        "layers",
        "stack"
      })
  void format_anyEvent_hasTheField(String name) {
    String line = JsonWriter.format(Events.sample().build());

    assertTrue(Json.object(line).containsKey(name), line);
  }

  @Test
  void format_absentLayers_areOmitted() {
    Map<String, @Nullable Object> layers = layers("ipv4-udp");

    assertEquals(List.of("label", "ether", "ipv4", "udp"), List.copyOf(layers.keySet()));
    assertNull(
        Json.object(JsonWriter.format(Events.sample().packet(LinkType.RAW_IP, new byte[0]).build()))
            .get("layers"));
  }

  @Test
  void format_linkStatus_isAnArray() {
    Map<String, @Nullable Object> event = Json.object(JsonWriter.format(Events.sample().build()));

    assertEquals(
        List.of("linkstatus_adminup", "linkstatus_carrierup"), event.get("netdev_linkstatus"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vlan            | vlan          | 1 | tpid, priority, dei, id, type
          qinq            | vlan          | 2 | tpid, priority, dei, id, type
          ipv6-extensions | ip_extensions | 2 | type, next_header, len
          ipv6-fragment   | ip_extensions | 1 | type, next_header, frag_offset, more_fragments, id
          ah              | ip_extensions | 1 | type, next_header, len, spi, seq
          mpls            | mpls          | 2 | label, traffic_class, bottom, ttl
          """)
  void format_repeatableLayer_isAnArray(String kind, String name, int count, String fields) {
    var all = (List<?>) requireNonNull(layers(kind).get(name));

    assertEquals(count, all.size());
    assertEquals(List.of(fields.split(", ")), List.copyOf(Json.asObject(all.getFirst()).keySet()));
  }

  @Test
  void format_tunnel_hasAnInnerObject() {
    Map<String, @Nullable Object> layers = layers("vxlan");

    assertEquals("IPv4/UDP", layers.get("label"));
    assertEquals("IPv4/TCP", Json.asObject(layers.get("inner")).get("label"));
  }

  @Test
  void format_icmpError_hasAQuotedObject() {
    Map<String, @Nullable Object> layers = layers("icmp-too-big");
    Map<String, @Nullable Object> quoted = Json.asObject(layers.get("quoted"));

    assertEquals(List.of("label", "ether", "ipv4", "icmp", "quoted"), List.copyOf(layers.keySet()));
    assertEquals(BigInteger.valueOf(1400), Json.asObject(layers.get("icmp")).get("mtu"));
    assertEquals(List.of("label", "ipv4", "tcp_head", "truncated"), List.copyOf(quoted.keySet()));
    assertEquals("IPv4/TCP", quoted.get("label"));
  }

  private static Map<String, @Nullable Object> layers(String kind) {
    byte[] frame = requireNonNull(everyKind().get(kind));
    String line = JsonWriter.format(Events.sample().packet(LinkType.ETHERNET, frame).build());
    return Json.asObject(Json.object(line).get("layers"));
  }
}
