package io.dropwatch.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropwatch.DropEvent;
import io.dropwatch.DropEventBuilder;
import io.dropwatch.DropReason;
import io.dropwatch.DropSource;
import io.dropwatch.KernelStack;
import io.dropwatch.NetworkDevice;
import io.dropwatch.NetworkNamespace;
import io.dropwatch.SocketState;
import io.dropwatch.StackFrame;
import io.dropwatch.layers.Packets;
import io.dropwatch.pcapfilter.LinkType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.arbitraries.LongArbitrary;
import net.jqwik.time.api.DateTimes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Event → JSON → event is the identity. */
class RoundTripTest {
  private static JsonReader reader(String text) {
    return new JsonReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Property
  void eventsComeBackEqual(@ForAll("events") List<DropEvent> events) {
    var bytes = new ByteArrayOutputStream();
    try (var writer = new JsonWriter(bytes)) {
      events.forEach(writer::write);
    }
    try (var reader = new JsonReader(new ByteArrayInputStream(bytes.toByteArray()))) {
      List<DropEvent> read = reader.events().toList();

      assertEquals(events, read);
      assertEquals(
          events.stream().map(DropEvent::hashCode).toList(),
          read.stream().map(DropEvent::hashCode).toList());
    }
  }

  @Test
  void aLineOfAnotherProgramLacksWhatItDoesNotTell() {
    String line =
        """
        {"observed_timestamp":"2026-06-20T08:30:12.123456789Z","comm":"nginx","pid":4521,
         "netdev_name":"eth0","packet_eth_proto":"0x0800","packet_len":74,
         "layers":{"label":"IPv4/TCP","tcp":{"sport":54321}},
         "stack":"kfree_skb\\n0xffffffff81000123\\ntcp_rcv_established","added":[{"later":null}]}
        """;
    DropEvent event =
        DropEvent.builder()
            .time(Instant.parse("2026-06-20T08:30:12.123456789Z"))
            .comm("nginx")
            .pid(4521)
            .device(new NetworkDevice("eth0", 0, 0, 0))
            .protocol(0x0800)
            .packetLength(74)
            .stack(
                KernelStack.of(
                    List.of(
                        new StackFrame(0, "kfree_skb", 0, null),
                        StackFrame.unknown(0xffffffff81000123L),
                        new StackFrame(0, "tcp_rcv_established", 0, null))))
            .build();
    try (var reader = reader(line)) {
      assertEquals(event, reader.read());
      assertNull(reader.read());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"pid":"x"}                      | line 1, column 8: pid: expected a number, not x
          {"pid":1                         | line 1, column 9: Unexpected end-of-input
          [1]                              | line 1, column 1: an event is a JSON object, not [
          {"packet_bytes":"0"}             | line 1, column 17: packet_bytes:
          {"drop_source":"nobody"}         | line 1, column 16: drop_source: 'nobody' is unknown
          {"observed_timestamp":"today"}   | line 1, column 23: observed_timestamp: Text
          {"packet_len":-1}                | line 1, column 15: packet_len: a packet has no negative
          {"packet_len":9999999999}        | line 1, column 25: Numeric value (9999999999) out of range
          {"stack_frames":["0x1 a b c d"]} | line 1, column 18: stack_frames: not a stack frame
          {"socket_state":"UNKNOWN(1)"}    | line 1, column 17: socket_state: not a socket state
          nonsense                         | line 1, column 9: Unrecognized token 'nonsense'
          """)
  void whatIsNoEventSaysWhereAndWhy(String text, String message) {
    try (var reader = reader(text)) {
      var thrown = assertThrows(IllegalArgumentException.class, reader::read);
      String shown = String.valueOf(thrown.getMessage());

      assertEquals(message, shown.substring(0, Math.min(message.length(), shown.length())));
    }
  }

  @Provide
  Arbitrary<List<DropEvent>> events() {
    Arbitrary<DropEventBuilder> when =
        Combinators.combine(
                DateTimes.instants().ofPrecision(java.time.temporal.ChronoUnit.NANOS),
                DateTimes.instants().injectNull(0.5),
                reasons(),
                Arbitraries.strings().injectNull(0.5),
                Arbitraries.of(DropSource.class),
                kernelAddresses())
            .as(
                (time, received, reason, group, source, location) ->
                    DropEvent.builder()
                        .time(time)
                        .receivedTime(received)
                        .reason(reason)
                        .reasonGroup(group)
                        .source(source)
                        .location(location));
    Arbitrary<DropEventBuilder> whose =
        Combinators.combine(
                when,
                Arbitraries.strings().ofMaxLength(16),
                Arbitraries.integers(),
                Arbitraries.integers(),
                Arbitraries.strings().injectNull(0.5),
                devices().injectNull(0.2),
                namespaces(),
                Arbitraries.integers().between(0, 255).map(SocketState::new).injectNull(0.3))
            .as(
                (event, comm, pid, tid, container, device, namespace, state) ->
                    event
                        .comm(comm)
                        .pid(pid)
                        .tid(tid)
                        .containerId(container)
                        .device(device)
                        .networkNamespace(namespace)
                        .socketState(state));
    return Combinators.combine(
            whose,
            kernelAddresses(),
            kernelAddresses(),
            Arbitraries.integers().between(0, 0xffff).list().ofSize(3),
            Arbitraries.integers().greaterOrEqual(0),
            Arbitraries.of(LinkType.ETHERNET, LinkType.RAW_IP),
            packets(),
            frames().list().ofMaxSize(8))
        .as(
            (event, css, skb, u16, length, linkType, packet, frames) ->
                event
                    .memoryCgroupCss(css)
                    .skbAddress(skb)
                    .protocol(u16.get(0))
                    .vlan(u16.get(1), u16.get(1) == 0 ? 0 : u16.get(2))
                    .packetLength(length)
                    .packet(linkType, packet)
                    .stack(KernelStack.of(frames))
                    .build())
        .list()
        .ofMaxSize(3);
  }

  private static Arbitrary<DropReason> reasons() {
    return Combinators.combine(Arbitraries.integers(), Arbitraries.strings()).as(DropReason::new);
  }

  private static Arbitrary<NetworkDevice> devices() {
    return Combinators.combine(
            Arbitraries.strings().ofMaxLength(15),
            Arbitraries.integers(),
            Arbitraries.integers(),
            Arbitraries.integers())
        .as(NetworkDevice::new);
  }

  private static Arbitrary<NetworkNamespace> namespaces() {
    return Combinators.combine(Arbitraries.longs().between(0, 0xffff_ffffL), Arbitraries.longs())
        .as(NetworkNamespace::new);
  }

  private static LongArbitrary kernelAddresses() {
    return Arbitraries.longs();
  }

  private static Arbitrary<byte[]> packets() {
    return Arbitraries.oneOf(
        Arbitraries.of(Packets.frames()), Arbitraries.bytes().array(byte[].class).ofMaxSize(64));
  }

  private static Arbitrary<StackFrame> frames() {
    Arbitrary<@Nullable String> names =
        Arbitraries.strings()
            .alpha()
            .numeric()
            .withChars("_.$+-[]/")
            .ofMinLength(1)
            .filter(name -> !name.startsWith("0x"))
            .injectNull(0.3);
    return Combinators.combine(Arbitraries.longs(), names, Arbitraries.longs(), names)
        .as(StackFrame::new);
  }
}
