package io.dropwatch.examples.huatuo;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.examples.e2e.JsonSchema;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.output.JsonReader;
import io.dropwatch.pcapfilter.LinkType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fields that huatuo-bamai reads, as its source stood in August 2026. */
class HuatuoJsonWriterTest {
  /** One event for each kind of packet; its {@code comm} names the kind. */
  private static final Path RECORDING = Path.of("../dropwatch-core/src/test/golden/events.ndjson");

  /** The same events; {@code -Ddropwatch.golden=write} rewrites the file. */
  private static final Path GOLDEN = Path.of("src/test/golden/events-huatuo.ndjson");

  private static final Path SCHEMA =
      Path.of("src/main/resources/io/dropwatch/examples/huatuo/drop-event.schema.json");

  private static List<String> faults(String line) throws IOException {
    return new JsonSchema(Files.readString(SCHEMA)).faults(line);
  }

  private static List<DropEvent> recorded() throws IOException {
    return read(Files.readString(RECORDING));
  }

  private static List<DropEvent> read(String lines) {
    var stream = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
    try (JsonReader reader = new JsonReader(stream)) {
      return reader.events().toList();
    }
  }

  private static DropEvent event(String kind) throws IOException {
    return recorded().stream().filter(event -> event.comm().equals(kind)).findAny().orElseThrow();
  }

  private static Map<?, ?> parse(DropEvent event) {
    return JsonSchema.parse(HuatuoJsonWriter.format(event, "tools"));
  }

  private static Map<?, ?> layers(String kind) throws IOException {
    return (Map<?, ?>) requireNonNull(parse(event(kind)).get("layers"));
  }

  @Test
  void write_everyKindOfPacket_matchesTheGoldenFile() throws IOException {
    var lines = new ByteArrayOutputStream();
    try (HuatuoJsonWriter writer = new HuatuoJsonWriter(lines)) {
      recorded().forEach(writer::write);
    }
    if ("write".equals(System.getProperty("dropwatch.golden"))) {
      Files.write(GOLDEN, lines.toByteArray());
    }

    assertEquals(Files.readString(GOLDEN), lines.toString(StandardCharsets.UTF_8));
  }

  @Test
  void write_afterAFailure_failsWithoutWriting() {
    var lines = new ByteArrayOutputStream();
    var writer =
        new HuatuoJsonWriter(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                lines.write(b);
                if (lines.size() == 10) {
                  throw new IOException("no space left");
                }
              }
            });
    DropEvent event = DropEvent.builder().build();

    assertThrows(UncheckedIOException.class, () -> writer.write(event));
    assertThrows(UncheckedIOException.class, () -> writer.write(event));
    assertEquals(10, lines.size());
  }

  @Test
  void schema_validatesEveryKindOfPacket() throws IOException {
    for (DropEvent event : recorded()) {
      assertEquals(List.of(), faults(HuatuoJsonWriter.format(event, "events")));
    }
  }

  @Test
  void schema_refusesLinesThatLackOrAddAField() throws IOException {
    String line = HuatuoJsonWriter.format(DropEvent.builder().build(), "tools");
    for (Object name : JsonSchema.parse(line).keySet()) {
      String renamed = line.replace("\"" + name + "\":", "\"other\":");

      assertEquals(2, faults(renamed).size(), renamed);
    }
  }

  @Property(tries = 300)
  void format_anyEvent_isPrintableAsciiAndValid(@ForAll("events") DropEvent event)
      throws IOException {
    String line = HuatuoJsonWriter.format(event, "tools");

    assertTrue(line.chars().allMatch(c -> c >= ' ' && c < 0x7f), line);
    assertEquals(event.comm(), JsonSchema.parse(line).get("comm"));
    assertEquals(List.of(), faults(line));
  }

  /** Packets cut anywhere, and any names and numbers around them. */
  @Provide
  Arbitrary<DropEvent> events() throws IOException {
    List<byte[]> packets = recorded().stream().map(DropEvent::packet).toList();
    Arbitrary<Integer> integers = Arbitraries.integers();
    return Combinators.combine(
            Arbitraries.of(packets),
            Arbitraries.integers().between(0, 200),
            Arbitraries.of(LinkType.ETHERNET, LinkType.RAW_IP),
            Arbitraries.strings().ofMaxLength(16).list().ofSize(4),
            integers.list().ofSize(4),
            Arbitraries.longs().list().ofSize(3))
        .as(
            (packet, length, link, names, numbers, addresses) ->
                DropEvent.builder()
                    .packet(link, Arrays.copyOf(packet, Math.min(length, packet.length)))
                    .comm(names.get(0))
                    .containerId(names.get(1))
                    .reason(new DropReason(numbers.get(0), names.get(2)))
                    .device(NetworkDevice.of(names.get(3), numbers.get(1), numbers.get(2), length))
                    .pid(numbers.get(3))
                    .location(addresses.get(0))
                    .memoryCgroupCss(addresses.get(1))
                    .skbAddress(addresses.get(2))
                    .build());
  }

  @Test
  void fields_areInTheDaemonsOrder() throws IOException {
    String withGroup =
        Files.readString(RECORDING)
            .replace("\"source\"", "\"drop_reason_group\":\"l2_drops\",\"source\"");

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
        List.copyOf(parse(read(withGroup).getFirst()).keySet()));
  }

  @Test
  void emptyFields_areOmitted() {
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
        List.copyOf(parse(DropEvent.builder().build()).keySet()));
  }

  @Test
  void eventWithoutDevice_namesItDash() {
    Map<?, ?> event = parse(DropEvent.builder().build());

    assertEquals("-", event.get("netdev_name"));
    assertEquals(List.of("unknown"), event.get("netdev_linkstatus"));
    assertEquals("", event.get("memory_cgroup_css_addr"));
  }

  @ParameterizedTest
  @CsvSource({"0x0800, 0x800", "0x0806, 0x806", "0x86dd, 0x86dd", "0x88cc, 0x0", "0, 0x0"})
  void etherType_isNotPadded(String protocol, String text) {
    assertEquals(
        text,
        parse(DropEvent.builder().etherType(Integer.decode(protocol)).build())
            .get("packet_eth_proto"));
  }

  @Test
  void stackFrames_haveOffsetAndModule() throws IOException {
    assertEquals(
        "kfree_skb/+16 [kernel]\ntcp_v4_rcv/+291 [kernel]\ntcp_rcv_established/+3 [tcp_mod]",
        parse(event("ipv4-tcp")).get("stack"));
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
  void layer_hasTheDaemonsFields(String layer, String kind, String fields) throws IOException {
    assertEquals(
        List.of(fields.split(", ")),
        List.copyOf(((Map<?, ?>) requireNonNull(layers(kind).get(layer))).keySet()));
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
  void layersUnknownToTheDaemon_areOmitted(String kind, String names) throws IOException {
    assertEquals(List.of(names.split(", ")), List.copyOf(layers(kind).keySet()));
  }
}
