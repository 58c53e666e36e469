package io.dropwatch.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.bpf.KernelBtf;
import io.dropwatch.model.DropReason.Nature;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DropReasonTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SKB_DROP_REASON_NO_SOCKET    | LOSS    | Nothing listens on the packet's destination address and port, so it has no receiver.
          SKB_DROP_REASON_TCP_OLD_DATA | NORMAL  | The data was received before: a retransmission that turned out to be unnecessary.
          OVS_DROP_EXPLICIT            | LOSS    | A flow of Open vSwitch says to drop the packet.
          source_mac_is_multicast      | LOSS    | The device dropped a frame whose source MAC address is a multicast address, which no sender can have.
          RX_DROP_U_MIC_FAIL           | LOSS    | The Wi-Fi stack (mac80211) could not use a received frame; the rest of the name says what is wrong with it.
          SKB_DROP_REASON_NOT_SPECIFIED| UNKNOWN | The kernel code that dropped the packet gives no reason: the location and the stack tell where it was.
          """)
  void explanations(String name, Nature nature, String explanation) {
    var reason = new DropReason(0, name);

    assertEquals(nature, reason.nature());
    assertEquals(explanation, reason.explanation());
  }

  @Test
  void explanation_unknownReason_isNull() {
    assertNull(DropReason.unnamed(77).explanation());
    assertNull(new DropReason(78, "SKB_DROP_REASON_NEXT_YEARS").explanation());
    assertNull(new DropReason(-1, "_").explanation());
    assertNull(DropReason.NOT_SUPPORTED.explanation());
    assertEquals(Nature.UNKNOWN, DropReason.NOT_SUPPORTED.nature());
  }

  @ParameterizedTest
  @CsvSource({
    "77,                                     0,  77,  77",
    "3000005,                               45, 50885, SUBSYSTEM_45_REASON_50885",
    "-2,                                 65535, 65534, SUBSYSTEM_65535_REASON_65534"
  })
  void whatTheKernelDoesNotNameIsNamedByItsNumbers(
      int value, int subsystem, int number, String name) {
    DropReason reason = DropReason.unnamed(value);

    assertEquals(subsystem, reason.subsystem());
    assertEquals(number, reason.number());
    assertEquals(name, reason.name());
    assertFalse(reason.isNamed());
  }

  @Test
  void subsystem_number_isTheUpperHalf() {
    DropReason reason = DropReason.unnamed(3 << 16 | 9, "OPENVSWITCH");

    assertEquals("OPENVSWITCH_REASON_9", reason.name());
    assertFalse(reason.isNamed());
    assertTrue(new DropReason(3 << 16 | 1, "OVS_DROP_LAST_ACTION").isNamed());
    assertTrue(new DropReason(9, "SKB_DROP_REASON_NETFILTER_DROP").isNamed());
    assertEquals(0, DropReason.NOT_SUPPORTED.subsystem());
    assertEquals(-1, DropReason.NOT_SUPPORTED.number());
  }

  @Test
  void is_nameWithOrWithoutPrefix_matches() {
    DropReason reason = new DropReason(3, "SKB_DROP_REASON_NO_SOCKET");

    assertTrue(reason.is(DropReasons.NO_SOCKET));
    assertTrue(reason.is("SKB_DROP_REASON_NO_SOCKET"));
    assertFalse(reason.is("SOCKET"));
    assertFalse(reason.is("SKB_DROP_REASON_TCP_CSUM"));
    assertEquals("NO_SOCKET", reason.shortName());
    assertTrue(new DropReason(0x30001, "OVS_DROP_LAST_ACTION").is("OVS_DROP_LAST_ACTION"));
  }

  @Test
  void dropReasons_everyConstant_isExplainedAndNoneIsMissing() throws Exception {
    Set<String> constants = new TreeSet<>();
    for (Field constant : DropReasons.class.getFields()) {
      String name = (String) constant.get(null);
      assertEquals(constant.getName(), name);
      assertNotNull(new DropReason(1, "SKB_DROP_REASON_" + name).explanation(), name);
      constants.add(name);
    }
    assertTrue(constants.containsAll(coreReasons()), constants::toString);
  }

  @Test
  void explanation_everyCoreReasonUpTo73_isPresent() throws IOException {
    assertEquals(
        List.of(),
        coreReasons().stream()
            .filter(name -> new DropReason(0, "SKB_DROP_REASON_" + name).explanation() == null)
            .toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          IP_INHDR        | ip_forward                | LOSS   | TTL
          IP_INHDR        | ip_forward.constprop.0    | LOSS   | TTL
          IP_INHDR        | ip6_forward               | LOSS   | hop limit
          IP_INHDR        | ip_rcv_core               | LOSS   | malformed
          IP_INHDR        | some_new_function         | LOSS   | malformed
          IP_INHDR        |                           | LOSS   | malformed
          IP_INADDRERRORS | ip6_protocol_deliver_rcu  | NORMAL | multicast
          NO_SOCKET       | ping_rcv                  | NORMAL | raw socket
          NO_SOCKET       | udp_rcv                   | LOSS   | Nothing listens
          """)
  void explanation_reasonOfSeveralCauses_dependsOnTheFunction(
      String name, @Nullable String function, Nature nature, String contained) {
    var reason = new DropReason(1, "SKB_DROP_REASON_" + name);

    assertEquals(nature, reason.nature(function));
    String explanation = reason.explanation(function);
    assertTrue(explanation != null && explanation.contains(contained), () -> "" + explanation);
  }

  /** A function that no kernel has would never be met. */
  @Test
  void explainedFunctions_ofTheRunningKernel_exist() throws IOException {
    Set<String> explained = new TreeSet<>();
    for (String name : coreReasons()) {
      explained.addAll(new DropReason(1, "SKB_DROP_REASON_" + name).explainedFunctions());
    }
    assertTrue(explained.size() >= 15, explained::toString);
    try (Stream<String> symbols = Files.lines(Path.of("/proc/kallsyms"))) {
      symbols
          .map(line -> line.split("\\s", 4)[2])
          .map(symbol -> symbol.split("\\.", 2)[0])
          .forEach(explained::remove);
    }
    // Parts of modules, and functions that a compiler may merge into their only caller.
    explained.removeAll(Set.of("tun_net_xmit", "tcp_data_queue_ofo", "ip6_tlvopt_unknown"));
    explained.removeAll(Set.of("ip6_pkt_drop", "ip6_pkt_discard", "ip6_parse_tlv"));
    assertEquals(Set.of(), explained);
  }

  private static List<String> coreReasons() throws IOException {
    try (InputStream list = DropReasonTest.class.getResourceAsStream("core-reasons.txt")) {
      return new String(Objects.requireNonNull(list).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  @Test
  void explanation_everyReasonOfTheRunningKernel_isPresent() {
    List<String> unexplained =
        KernelBtf.load().enumValues("skb_drop_reason").values().stream()
            .filter(name -> name.startsWith("SKB_DROP_REASON_"))
            .filter(name -> !name.contains("_SUBSYS_") && !name.endsWith("_MAX"))
            .filter(name -> new DropReason(0, name).explanation() == null)
            .toList();

    assertTrue(unexplained.isEmpty() || isNewerThanTheTable(), unexplained::toString);
  }

  private static boolean isNewerThanTheTable() {
    Matcher version =
        Pattern.compile("(\\d+)\\.(\\d+)").matcher(System.getProperty("os.version", ""));
    return version.find()
        && 1000 * Integer.parseInt(version.group(1)) + Integer.parseInt(version.group(2)) > 7003;
  }
}
