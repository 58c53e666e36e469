package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.TestbedException;
import io.dropwatch.output.JsonReader;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.TextWriter;
import io.dropwatch.pcapfilter.SkbFilter;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Decodes every field of every header from packets that the kernel drops. Packets dropped by the
 * receiver's traffic control have passed the driver and the VLAN code; those dropped by the
 * sender's are unchanged.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeadersIT {
  private static final JsonSchema SCHEMA = new JsonSchema(JsonWriter.schema());
  private static final Path GOLDEN = Path.of("src/test/golden/headers.txt");

  private final Map<String, DropEvent> events = new LinkedHashMap<>();
  private long receiverInum;
  private long senderInum;

  @BeforeAll
  void dropAll() throws Exception {
    try (RoutedNetwork network = RoutedNetwork.open()) {
      receiverInum = network.router().inum();
      senderInum = network.server().inum();
      network.router().tc(drop("ingress"));
      network.server().tc(drop("egress"));
      EventLog log = new EventLog();
      try (DropWatcher _ =
              DropWatcher.builder()
                  .filter("ether src " + HeaderFrames.SOURCE_MAC + " and (len = 14 or len > 14)")
                  .onEvent(log)
                  .start();
          PacketSocket client = open(network.client());
          PacketSocket server = open(network.server())) {
        HeaderFrames.received()
            .forEach((name, frame) -> keep(name, log, () -> client.send(frame, 1)));
        HeaderFrames.sent()
            .forEach(
                (name, frame) ->
                    keep(
                        name,
                        log,
                        () -> {
                          var thrown =
                              assertThrows(TestbedException.class, () -> server.send(frame, 1));
                          assertTrue(
                              String.valueOf(thrown.getMessage()).contains("No buffer space"));
                        }));
      }
    }
  }

  private static PacketSocket open(Namespace namespace) {
    return PacketSocket.open(namespace, "eth0");
  }

  /** A classic BPF program that returns 2, TC_ACT_SHOT, for every packet. */
  private static String drop(String direction) {
    return """
    qdisc add dev eth0 clsact
    filter add dev eth0 %s protocol all bpf da bytecode '1,6 0 0 2'
    """
        .formatted(direction);
  }

  private void keep(String name, EventLog log, Runnable send) {
    send.run();
    try {
      log.await(events.size() + 1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    events.put(name, log.events().getLast());
    assertEquals(events.size(), log.events().size());
  }

  @Test
  void frames_areDroppedOnTheIntendedHost() {
    events.forEach(
        (name, event) -> {
          boolean sent = HeaderFrames.sent().containsKey(name);
          assertEquals(sent ? senderInum : receiverInum, event.networkNamespace().inum(), name);
          assertEquals("eth0", Objects.requireNonNull(event.device()).name(), name);
        });
  }

  @Test
  void macHeaderAlone_has14BytesAndMatchesByLength() {
    DropEvent event = Objects.requireNonNull(events.get("a MAC header alone"));
    assertEquals(14, event.packetLength());
    assertTrue(SkbFilter.compile("len = 14 and ether proto 0x88b5").matches(event.skbPacket()));
  }

  /** After an intended change, {@code -Ddropwatch.golden=write} rewrites the file. */
  @Test
  void textAndJson_matchTheGoldenFile() throws Exception {
    StringBuilder shown = new StringBuilder();
    events.forEach(
        (name, event) ->
            shown
                .append(name)
                .append("\n  ")
                .append(textOf(event))
                .append("\n  ")
                .append(jsonOf(event))
                .append('\n'));
    if ("write".equals(System.getProperty("dropwatch.golden"))) {
      Files.writeString(GOLDEN, shown);
    }

    assertEquals(Files.readString(GOLDEN), shown.toString());
  }

  private static String textOf(DropEvent event) {
    String line = TextWriter.format(event);
    return line.substring(line.indexOf(' ') + 1, line.indexOf(" reason="));
  }

  private static String jsonOf(DropEvent event) {
    String line = JsonWriter.format(event);
    int vlan = line.indexOf("\"packet_vlan\":");
    return line.substring(
        vlan < 0 ? line.indexOf("\"layers\":") : vlan, line.indexOf(",\"packet_link_type\""));
  }

  @Test
  void json_hasEveryFieldOfEveryLayer() {
    Set<String> missing = new TreeSet<>();
    for (String field : SCHEMA.fields()) {
      if (field.startsWith("layers.") || field.startsWith("packet_vlan.")) {
        missing.add(field);
      }
    }
    assertTrue(missing.size() > 100, missing::toString);
    events
        .values()
        .forEach(event -> missing.removeAll(JsonSchema.fieldsOf(JsonWriter.format(event))));

    assertEquals(Set.of(), missing);
  }

  @Test
  void jsonReader_readsTheEventsBack() {
    List<DropEvent> read = new ArrayList<>();
    for (DropEvent event : events.values()) {
      byte[] line = JsonWriter.format(event).getBytes(StandardCharsets.UTF_8);
      try (JsonReader reader = new JsonReader(new ByteArrayInputStream(line))) {
        reader.events().forEach(read::add);
      }
    }

    assertEquals(List.copyOf(events.values()), read);
  }
}
