package io.dropwatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.layers.Packets;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.RecordingFormatException;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.LinkType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DropReplayTest {
  private static final long LOCATION = 0xffffffff81000123L;

  private static final DropEvent ON_ETH0 = tcp("eth0").build();
  private static final DropEvent ON_ETH1 = tcp("eth1").build();
  private static final DropEvent ON_NONE = tcp("eth0").device(null).build();
  private static final DropEvent ARP =
      tcp("eth0")
          .etherType(0x0806)
          .packet(LinkType.ETHERNET, Packets.ether(0x0806, Packets.arp()))
          .build();
  private static final DropEvent NEIGHBOUR =
      tcp("eth0")
          .location(new StackFrame(LOCATION, "neigh_invalidate", 7, null))
          .stack(stack("kfree_skb_reason", "neigh_invalidate"))
          .build();
  private static final DropEvent CLOSING =
      tcp("eth0")
          .socketState(SocketState.of("CLOSE_WAIT"))
          .stack(stack("tcp_v4_rcv", "skb_rbtree_purge"))
          .build();
  private static final DropEvent TRAP =
      tcp("eth0")
          .source(DropSource.HARDWARE)
          .reason(new DropReason(-1, "ttl_value_is_too_small"))
          .build();

  private final List<DropEvent> told = new ArrayList<>();

  private static DropEventBuilder tcp(String device) {
    byte[] frame = Packets.ether(0x0800, Packets.ipv4(6, Packets.tcp(2, new byte[0])));
    return DropEvent.builder()
        .reason(new DropReason(5, "SKB_DROP_REASON_TCP_CSUM"))
        .location(new StackFrame(LOCATION, "tcp_v4_rcv", 7, null))
        .device(NetworkDevice.of(device, 2, 0x1003, 0))
        .etherType(0x0800)
        .packet(LinkType.ETHERNET, frame)
        .packetLength(frame.length)
        .stack(stack("tcp_v4_rcv", "ip_rcv"));
  }

  private static KernelStack stack(String first, String second) {
    return KernelStack.of(
        List.of(
            new StackFrame(LOCATION, first, 7, null),
            new StackFrame(LOCATION + 0x1000, second, 9, null)));
  }

  private static InputStream recording(DropEvent... events) {
    String lines =
        Arrays.stream(events)
            .map(event -> JsonWriter.format(event) + "\n")
            .collect(Collectors.joining());
    return new ByteArrayInputStream(lines.getBytes(UTF_8));
  }

  private String replay(DropReplayBuilder what, DropEvent... events) {
    try (DropReplay replay = what.onEvent(told::add).open(recording(events))) {
      replay.run();
      return replay.statistics().toString();
    }
  }

  @Test
  void run_defaults_deliversAllButNoise() {
    assertEquals(
        "seen=5 excluded=0 filtered=0 limited=0 lost=0 emitted=5 delivered=3"
            + " noise=2 noise[close_wait]=1 noise[neigh_invalidate]=1 hardware=1",
        replay(DropReplay.builder(), ON_ETH0, NEIGHBOUR, ON_ETH1, CLOSING, TRAP));
    assertEquals(List.of(ON_ETH0, ON_ETH1, TRAP), told);
  }

  @Test
  void filter_recordedPackets_deliversMatches() {
    assertEquals(
        "seen=3 excluded=0 filtered=2 limited=0 lost=0 emitted=1 delivered=1",
        replay(DropReplay.builder().filter("arp"), ON_ETH0, ARP, ON_NONE));
    assertEquals(List.of(ARP), told);
  }

  @ParameterizedTest
  @CsvSource({"eth0, , 2", ",eth0, 1", ", , 0"})
  void devices_recordedPackets_deliversOnlyThose(String wanted, String unwanted, int excluded) {
    String account =
        replay(
            DropReplay.builder().devices(list(wanted)).excludedDevices(list(unwanted)),
            ON_ETH0,
            ON_ETH1,
            ON_NONE);

    assertTrue(account.startsWith("seen=3 excluded=" + excluded + " "), account);
    assertEquals(3 - excluded, told.size());
  }

  private static String[] list(String name) {
    return name == null ? new String[0] : new String[] {name};
  }

  @Test
  void noiseRules_byReasonAndLocation_countNoiseInKernel() {
    List<NoiseRule> rules =
        List.of(
            new NoiseRule.Reason("traps", "ttl_value_is_too_small"),
            new NoiseRule.Location("neighbours", "neigh_invalidate"));

    assertEquals(
        "seen=4 excluded=0 filtered=0 limited=0 lost=0 emitted=2 delivered=2"
            + " noise_in_kernel=2 noise[traps]=1 noise[neighbours]=1 hardware=1",
        replay(DropReplay.builder().noiseRules(rules), ON_ETH0, TRAP, NEIGHBOUR, CLOSING));
    assertEquals(List.of(ON_ETH0, CLOSING), told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TCP_CSUM", "SKB_DROP_REASON_TCP_CSUM"})
  void noiseRules_reasonWithOrWithoutPrefix_match(String name) {
    replay(DropReplay.builder().noiseRules(List.of(new NoiseRule.Reason("sums", name))), ON_ETH0);

    assertEquals(List.of(), told);
  }

  /** As another program writes them: each line a bare name, every address 0. */
  @Test
  void noiseRules_stacksWithoutAddresses_areDistinct() {
    String line =
        """
        {"observed_timestamp":"2026-06-20T08:30:12Z","netdev_name":"eth0","stack":"%s"}
        """;
    byte[] lines =
        (line.formatted("neigh_invalidate\\nneigh_timer_handler")
                + line.formatted("tcp_v4_rcv\\nip_rcv")
                + line.formatted("neigh_invalidate\\nip_rcv"))
            .getBytes(UTF_8);

    try (DropReplay replay =
        DropReplay.builder().onEvent(told::add).open(new ByteArrayInputStream(lines))) {
      replay.run();
      assertEquals(2L, replay.statistics().noiseByRule().get("neigh_invalidate"));
    }
    assertEquals("tcp_v4_rcv\nip_rcv", told.getFirst().stack().toString());
    assertEquals(1, told.size());
  }

  @Test
  void next_listenerThrows_throwsAndContinues() {
    try (DropReplay replay =
        DropReplay.builder()
            .onEvent(
                event -> {
                  told.add(event);
                  throw new IllegalStateException("a bug in the listener");
                })
            .open(recording(ON_ETH0, ON_ETH1))) {
      assertThrows(IllegalStateException.class, replay::run);
      assertEquals(1, replay.statistics().delivered());
      assertThrows(IllegalStateException.class, replay::next);
      assertFalse(replay.next());
    }
    assertEquals(List.of(ON_ETH0, ON_ETH1), told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"comm": 7}      | line 2, column 10: comm: expected a string, was 7
          [1, 2]           | line 2, column 1: an event is a JSON object, was an array
          {"comm": "curl"  | line 2, column 16: the recording ends in the middle of an event
          """)
  void aBrokenRecordingIsNamedByItsPlace(String line, String expected) throws IOException {
    byte[] good = recording(ON_ETH0).readAllBytes();
    byte[] bad = Arrays.copyOf(good, good.length + line.length());
    System.arraycopy(line.getBytes(UTF_8), 0, bad, good.length, line.length());

    try (DropReplay replay =
        DropReplay.builder().onEvent(told::add).open(new ByteArrayInputStream(bad))) {
      var fault = assertThrows(RecordingFormatException.class, replay::run);
      assertTrue(String.valueOf(fault.getMessage()).startsWith(expected), fault::getMessage);
      assertEquals(1, replay.statistics().delivered(), "what came before was told");
    }
  }

  @Test
  void open_file_replaysItAndNamesAMissingOne(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("drops.ndjson");
    Files.write(file, recording(ON_ETH0, ARP).readAllBytes());
    DropReplayBuilder what = DropReplay.builder().onEvent(told::add);
    try (DropReplay replay = what.open(file)) {
      replay.run();
    }
    assertEquals(List.of(ON_ETH0, ARP), told);

    var fault = assertThrows(UncheckedIOException.class, () -> what.open(folder.resolve("no")));
    assertTrue(String.valueOf(fault.getMessage()).startsWith("cannot read the recording "));
  }

  @Test
  void open_wrongUse_throws() {
    DropReplayBuilder replay = DropReplay.builder();

    assertThrows(IllegalStateException.class, () -> replay.open(recording()), "no listener");
    replay.onEvent(told::add);
    assertThrows(
        IllegalStateException.class,
        () -> replay.devices("a").excludedDevices("b").open(recording()));
    assertThrows(
        FilterSyntaxException.class,
        () -> replay.excludedDevices().filter("prot 80").open(recording()));
    assertThrows(FilterSyntaxException.class, () -> replay.filter("ifname eth0").open(recording()));
  }
}
