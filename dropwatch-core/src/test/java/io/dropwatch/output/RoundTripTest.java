package io.dropwatch.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropwatch.DropEvent;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.StackFrame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading a written event returns an equal event. */
class RoundTripTest {
  private static final String EVENT =
      "{\"observed_timestamp\":\"2026-08-04T01:02:03Z\",\"drop_reason\":\"NOT_SPECIFIED\"}";

  /** Tags and EtherTypes have four digits. */
  private static final Pattern ADDRESS = Pattern.compile("\\b0x[0-9a-f]{5,}");

  private static JsonReader reader(String text) {
    return new JsonReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Property(tries = 300)
  void read_writtenEvents_areEqual(@ForAll("events") List<DropEvent> events) {
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
      assertEquals(
          events.stream().map(event -> event.stack().shared()).toList(),
          read.stream().map(event -> event.stack().shared()).toList());
      // Events are equal by addresses; the names of functions are in the recording too.
      assertEquals(
          events.stream().map(DropEvent::stack).toList(),
          read.stream().map(DropEvent::stack).toList());
      assertEquals(
          events.stream().map(DropEvent::locationFrame).toList(),
          read.stream().map(DropEvent::locationFrame).toList());
    }
  }

  @Property(tries = 300)
  void read_eventsWithoutKernelAddresses_areEqual(@ForAll("events") List<DropEvent> events) {
    List<DropEvent> stripped = events.stream().map(DropEvent::withoutKernelAddresses).toList();
    var bytes = new ByteArrayOutputStream();
    try (var writer = new JsonWriter(bytes)) {
      stripped.forEach(writer::write);
    }

    assertFalse(ADDRESS.matcher(bytes.toString(StandardCharsets.UTF_8)).find(), bytes::toString);
    try (var reader = new JsonReader(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertEquals(stripped, reader.events().toList());
    }
    for (int i = 0; i < events.size(); i++) {
      DropEvent event = events.get(i);
      DropEvent without = stripped.get(i);

      assertEquals(event.explanation(), without.explanation());
      assertEquals(event.stack().shared(), without.stack().shared());
      assertEquals(
          event.stack().frames().stream().map(StackFrame::symbol).toList(),
          without.stack().frames().stream().map(StackFrame::symbol).toList());
      assertEquals(without, without.withoutKernelAddresses());
    }
  }

  @Test
  void read_lineOfAnotherProgram_leavesMissingFieldsUnknown() {
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
            .device(NetworkDevice.of("eth0", 0, 0, 0))
            .etherType(0x0800)
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
          {"pid":"x"}                      | line 1, column 8: pid: expected a number, was 'x'
          {"pid":1.5}                      | line 1, column 8: pid: expected a number, was 1.5
          {"pid":{}}                       | line 1, column 8: pid: expected a number, was an object
          {"pid":-1}                       | line 1, column 8: pid: expected a number from 0 to 4294967295, was -1
          {"pid":1                         | line 1, column 9: the recording ends in the middle of an event
          [1]                              | line 1, column 1: an event is a JSON object, was an array
          {"packet_bytes":"0"}             | line 1, column 17: packet_bytes: expected pairs of hexadecimal digits, was '0'
          {"drop_source":"nobody"}         | line 1, column 16: drop_source: unknown value 'nobody'
          {"drop_source":"\\u001b]0;x"}     | line 1, column 16: drop_source: unknown value '\\x1b]0;x'
          {"drop_location":"0xg"}          | line 1, column 18: drop_location: not a kernel address: '0xg'
          {"observed_timestamp":"today"}   | line 1, column 23: observed_timestamp: expected a time such as 2026-08-04T01:02:03.5Z, was 'today'
          {"observed_timestamp":"+12026-08-04T01:02:03Z"} | line 1, column 23: observed_timestamp: time must be in the years 0 to 9999, was +12026
          {"packet_len":-1}                | line 1, column 15: packet_len: expected a number from 0 to 2147483647, was -1
          {"packet_len":9999999999}        | line 1, column 15: packet_len: expected a number from 0 to 2147483647, was 9999999999
          {"stack_frames":["0x1 a b c d"]} | line 1, column 18: stack_frames: not a stack frame: '0x1 a b c d'
          {"stack_shared":1}               | line 1, column 17: stack_shared: expected true or false, was 1
          {"socket_state":"UNKNOWN(1)"}    | line 1, column 17: socket_state: not a socket state
          {"a":1}                          | line 1, column 7: not a dropped packet: it needs observed_timestamp, and drop_reason or stack
          {"observed_timestamp":"2026-08-04T01:02:03Z"} | line 1, column 45: not a dropped packet: it needs
          {"drop_reason":"NOT_SPECIFIED"}  | line 1, column 31: not a dropped packet: it needs
          nonsense                         | line 1, column 9: this is not JSON
          {"pid":+1}                       | line 1, column 10: this is not JSON
          {'pid':1}                        | line 1, column 3: this is not JSON
          {"comm":"a                       | line 1, column
          """)
  void read_invalidEvent_throwsWithLineAndColumn(String text, String message) {
    try (var reader = reader(text)) {
      var thrown = assertThrows(RecordingFormatException.class, reader::read);
      String shown = String.valueOf(thrown.getMessage());

      assertEquals(message, shown.substring(0, Math.min(message.length(), shown.length())));
    }
  }

  @Test
  void read_invalidThirdLine_throwsWithItsNumber() {
    try (var reader = reader(EVENT + "\n" + EVENT + "\n{\"pid\":null}\n")) {
      reader.read();
      reader.read();
      var thrown = assertThrows(RecordingFormatException.class, reader::read);

      assertEquals(3, thrown.line());
      assertEquals(8, thrown.column());
    }
  }

  @Provide
  Arbitrary<List<DropEvent>> events() {
    return AnyEvents.events().list().ofMaxSize(3);
  }
}
