package io.dropwatch.examples.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.StackFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopTableTest {
  private static final DropKind NO_SOCKET =
      kind("SKB_DROP_REASON_NO_SOCKET", "__udp4_lib_rcv", 1, "lo", 0x0800, 17);
  private static final DropKind UNKNOWN = kind("524289", "nft_do_chain", 7, null, 0x88b5, 0);
  private static final DropKind NO_DEVICE =
      kind("SKB_DROP_REASON_NETFILTER_DROP", "nf_hook_slow", 0, null, 0x86dd, 58);
  private static final DropCounts ALL =
      counts(60, Map.of(NO_SOCKET, 120_000L, UNKNOWN, 3L, NO_DEVICE, 5_000_000L), 7);
  private static final DropCounts SECOND = counts(2, Map.of(NO_SOCKET, 3000L, UNKNOWN, 1L), 0);

  private final TopTable table = new TopTable(netns -> netns.inum() == 42 ? "blue" : "4026531840");

  @Test
  void lines_areAsWideAsTheirContent() {
    assertEquals(
        """
        DROPS/S   TOTAL REASON         WHERE          DEVICE NETNS      PROTOCOL
           1500  120000 NO_SOCKET      __udp4_lib_rcv lo     blue       IPv4/UDP
            0.5       3 524289         nft_do_chain   #7     4026531840 0x88b5
              0 5000000 NETFILTER_DROP nf_hook_slow   -      4026531840 IPv6/ICMPv6
        """,
        text(TopTable.ANY_WIDTH, TopSession.Order.rate));
  }

  @Test
  void lines_cutTheWidestColumnsFirst() {
    assertEquals(
        """
        DROPS/S   TOTAL REASON         WHERE        DEVICE NETNS    PROTOCOL
           1500  120000 NO_SOCKET      __udp4_lib_~ lo     blue     IPv4/UDP
            0.5       3 524289         nft_do_chain #7     4026531~ 0x88b5
              0 5000000 NETFILTER_DROP nf_hook_slow -      4026531~ IPv6/ICM~
        """,
        text(69, TopSession.Order.rate));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 40, 62, 63, 64, 70, 80, 200})
  void lines_fitTheWidth(int width) {
    for (String line : table.lines(TopRow.of(ALL, SECOND, TopSession.Order.rate), width)) {
      assertTrue(line.length() <= width, line);
    }
  }

  @Test
  void of_sortsByTheGivenOrder() {
    assertEquals(List.of(NO_SOCKET, UNKNOWN, NO_DEVICE), kinds(TopSession.Order.rate));
    assertEquals(List.of(NO_DEVICE, NO_SOCKET, UNKNOWN), kinds(TopSession.Order.total));
    assertEquals(List.of(UNKNOWN, NO_DEVICE, NO_SOCKET), kinds(TopSession.Order.reason));
    assertEquals(List.of(UNKNOWN, NO_DEVICE, NO_SOCKET), kinds(TopSession.Order.device));
  }

  @Test
  void lines_otherKindOfUser_namesTheUser() {
    DropKind other =
        DropKind.builder().reason(DropKind.REMOVED.reason()).other().user(1000).build();
    DropCounts counts = counts(1, Map.of(other, 8L), 0);
    String row = table.lines(TopRow.of(counts, counts, TopSession.Order.rate), 120).getLast();
    assertEquals("8.0 8 OTHER - - user 1000 -", row.strip().replaceAll(" +", " "));
  }

  @Test
  void netnsNames_reusedInode_isNotTheNameOfTheOldNamespace() throws IOException {
    NetnsNames names = new NetnsNames();
    long own = (long) Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:ino");
    assertEquals(Long.toString(own), names.name(NetworkNamespace.of(own, 7)));
    names.refresh();
    assertEquals(Long.toString(own), names.name(NetworkNamespace.of(own, 7)));
    assertEquals("host", names.name(NetworkNamespace.of(own, 8)));
    assertEquals("host", names.name(NetworkNamespace.of(own, 0)));
    assertEquals("-", names.name(NetworkNamespace.UNKNOWN));
  }

  @Test
  void summary_showsTotals() {
    assertEquals(
        "dropwatch: 1501 drops/s, 5120003 in 60 s, 3 kinds; 7 not matching",
        table.summary(ALL, SECOND));
  }

  @Test
  void printable_escapesControlCharacters() {
    assertEquals("\\u001b[2J\\u202eeth\\\\0\\u00e9", TopTable.printable("\033[2J\u202eeth\\0é"));
  }

  private String text(int width, TopSession.Order order) {
    return String.join("\n", table.lines(TopRow.of(ALL, SECOND, order), width)) + "\n";
  }

  private static List<DropKind> kinds(TopSession.Order order) {
    return TopRow.of(ALL, SECOND, order).stream().map(TopRow::kind).toList();
  }

  private static DropCounts counts(int seconds, Map<DropKind, Long> counts, long filtered) {
    DropCounts.Builder all =
        DropCounts.builder().elapsed(Duration.ofSeconds(seconds)).filtered(filtered);
    counts.forEach(all::count);
    return all.build();
  }

  private static DropKind kind(
      String reason,
      String function,
      int ifindex,
      @Nullable String device,
      int protocol,
      int ipProtocol) {
    return DropKind.builder()
        .reason(new DropReason(3, reason))
        .location(new StackFrame(0xffff_ffff_8100_0000L, function, 0x10, null))
        .device(ifindex, device)
        .networkNamespace(NetworkNamespace.of("lo".equals(device) ? 42 : 4_026_531_840L, 7))
        .protocol(protocol, ipProtocol)
        .build();
  }
}
