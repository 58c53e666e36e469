package io.dropwatch.pcapfilter.differential;

import static io.dropwatch.pcapfilter.differential.ExpressionArbitraries.word;
import static net.jqwik.api.Combinators.combine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.FilterWarning;
import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a warning suggests is a filter that has no such warning, matches what it promises, and
 * otherwise what the original matches.
 */
class SuggestionTest {
  private static final int MAC = 14;
  private static final List<SamplePacket> PACKETS =
      Corpora.whole(LinkType.ETHERNET).stream().filter(p -> p.bytes().length >= 60).toList();

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          IPV4_ONLY;      tcp[13] & 2 != 0;       (ip and tcp[13] & 2 != 0) or (ip6[6] = 6 and ip6[40 + 13] & 2 != 0)
          IPV4_ONLY;      not udp[0:2] = 53;      not ((ip and udp[0:2] = 53) or (ip6[6] = 17 and ip6[40:2] = 53))
          IPV4_ONLY;      host 10.0.0.1 or (tcp[0] = 1) or 10.0.0.2; host 10.0.0.1 or ((ip and tcp[0] = 1) or (ip6[6] = 6 and ip6[40] = 1)) or 10.0.0.2
          IPV4_ONLY;      tcp[(tcp[12] >> 4) * 4] = 1; (ip and tcp[(tcp[12] >> 4) * 4] = 1) or (ip6[6] = 6 and ip6[40 + ((ip6[40 + 12] >> 4) * 4)] = 1)
          LATER_FRAGMENTS; not port 8000;         not (port 8000 or ip[6:2] & 0x1fff != 0 or (ip6[6] = 44 and ip6[42:2] & 0xfff8 != 0))
          LATER_FRAGMENTS; not port (80 or 443);  not (port (80 or 443) or ip[6:2] & 0x1fff != 0 or (ip6[6] = 44 and ip6[42:2] & 0xfff8 != 0))
          LATER_FRAGMENTS; ip and not (port 80 or 443); ip and not (port 80 or port 443 or ip[6:2] & 0x1fff != 0)
          LATER_FRAGMENTS; ip and not port 80 and not 443; ip and not (port 80 or ip[6:2] & 0x1fff != 0) and not port 443
          LATER_FRAGMENTS; ip6 and not port 80;   ip6 and not (port 80 or (ip6[6] = 44 and ip6[42:2] & 0xfff8 != 0))
          LATER_FRAGMENTS; ip and not port 80 or 53; ip and not (port 80 or ip[6:2] & 0x1fff != 0 or (ip6[6] = 44 and ip6[42:2] & 0xfff8 != 0)) or port 53
          NOT_BEFORE_LIST; not port 80 or 53;     not (port 80 or 53)
          NOT_BEFORE_LIST; not host 10.0.0.1 and 10.0.0.2 and tcp; not host 10.0.0.1 and not host 10.0.0.2 and tcp
          NOT_BEFORE_LIST; tcp and not port 80 or 53 or 54; tcp and not (port 80 or 53 or 54)
          AND_OR_PRECEDENCE; tcp or udp and host 10.0.0.1; tcp or (udp and host 10.0.0.1)
          AND_OR_PRECEDENCE; tcp and port 80 or udp and port 53 or 54; (tcp and port 80) or (udp and (port 53 or 54))
          SHORT_HOST_ADDRESS; src 10 or 10.0.0.1; src net 10 or src 10.0.0.1
          SHORT_HOST_ADDRESS; host (10 or 10.0.0.1); net 10 or host 10.0.0.1
          OPERATOR_PRECEDENCE; ip[8] % 3 + 1 = 2; (ip[8] % 3) + 1 = 2
          OPERATOR_PRECEDENCE; ip[8] % 3 % 2 + 1 = 2; ((ip[8] % 3) % 2) + 1 = 2
          SHIFTED_OFFSETS; not vlan and ip;       ip and not vlan
          SHIFTED_OFFSETS; (vlan 5 and ip) or arp; arp or (vlan 5 and ip)
          SHIFTED_OFFSETS; host 10.0.0.1 or (pppoes) or 10.0.0.2; host 10.0.0.1 or host 10.0.0.2 or (pppoes)
          IPV6_EXTENSION_HEADERS; icmp6;          icmp6 or ip6 protochain 58
          IPV6_EXTENSION_HEADERS; icmp6[0] = 143; icmp6[0] = 143 or (ip6[6] = 0 and ip6[40] = 58 and ip6[48 + (8 * ip6[41])] = 143)
          IPV6_EXTENSION_HEADERS; src net fd00::/8 and tcp; src net fd00::/8 and (tcp or ip6 protochain 6)
          IPV6_EXTENSION_HEADERS; ip6 proto \\udp or 6; (ip6 proto \\udp or ip6 protochain \\udp) or (ip6 proto 6 or ip6 protochain 6)
          """)
  void suggestion_isPrintedFromTheTree(Code code, String expression, String suggestion) {
    assertEquals(suggestion, suggested(expression, code));
  }

  @ParameterizedTest
  @CsvSource({
    "IPV6_EXTENSION_HEADERS, port 8000",
    "IPV6_EXTENSION_HEADERS, tcp or port 8000",
    "IPV4_ONLY,              tcp[13] = ip[8]",
    "SHIFTED_OFFSETS,        vlan 5 or vlan 6",
  })
  void suggestion_thatTheLanguageHasNotGot_isNull(Code code, String expression) {
    assertNull(warning(expression, code).suggestion());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "icmp6",
        "icmp6[0] = 143",
        "port 8000",
        "src net fd00::/8 and tcp",
        "ip6 and udp",
        "not portrange 1-10",
        "proto 17"
      })
  void warnings_ofIpv6ExtensionHeaders_areGiven(String expression) {
    assertNotNull(warning(expression, Code.IPV6_EXTENSION_HEADERS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ip and tcp", "host 10.0.0.1 and port 80", "icmp", "arp", "ip6", "net fd00::/8"})
  void warnings_withoutIpv6Transport_areNone(String expression) {
    assertEquals(List.of(), PcapFilter.compile(expression, LinkType.ETHERNET).warnings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"not port 8000", "not port 443", "not (tcp port 443 or udp port 53)"})
  void laterFragments_areAllThatIsTakenAway(String expression) {
    PcapFilter original = PcapFilter.compile(expression, LinkType.ETHERNET);
    assertVerdicts(
        suggested(expression, Code.LATER_FRAGMENTS),
        packet -> matches(original, packet) && !isLaterFragment(packet));
  }

  @ParameterizedTest
  @CsvSource({"tcp[13] & 2 != 0, 6, 13, 2", "udp[1] & 0x35 != 0, 17, 1, 0x35"})
  void ipv4Only_addsTheSameOfIpv6(String expression, int protocol, int offset, String mask) {
    Predicate<SamplePacket> sameOfIpv6 =
        packet -> isIpv6(packet) && packet.bytes()[MAC + 6] == protocol;
    // A load past the end rejects the packet, under "not" too.
    Predicate<SamplePacket> isCut = packet -> packet.bytes().length <= MAC + 40 + offset;
    Predicate<SamplePacket> hasBits =
        packet -> (packet.bytes()[MAC + 40 + offset] & Integer.decode(mask)) != 0;
    assertVerdicts(
        suggested(expression, Code.IPV4_ONLY),
        packet ->
            matches(filter(expression), packet)
                || (sameOfIpv6.test(packet) && !isCut.test(packet) && hasBits.test(packet)));
    assertVerdicts(
        suggested("not " + expression, Code.IPV4_ONLY),
        packet ->
            matches(filter("not " + expression), packet)
                && !(sameOfIpv6.test(packet) && (isCut.test(packet) || hasBits.test(packet))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"port 80 or 53", "port 443 and 53 and 80", "net 10 or 192.168.0.0/16"})
  void notBeforeList_excludesEveryValue(String list) {
    String qualifier = list.substring(0, list.indexOf(' ') + 1);
    List<PcapFilter> each = new ArrayList<>();
    for (String value : list.substring(qualifier.length()).split(" or | and ", -1)) {
      each.add(PcapFilter.compile(qualifier + value, LinkType.ETHERNET));
    }
    assertVerdicts(
        suggested("not " + list, Code.NOT_BEFORE_LIST),
        packet -> each.stream().noneMatch(filter -> matches(filter, packet)));
  }

  @Provide
  Arbitrary<List<String>> operands() {
    return word(
            "tcp", "udp", "port 53", "not arp", "host 10.0.0.1", "icmp", "(ip6 or arp)", "net 10")
        .list()
        .ofMinSize(3)
        .ofMaxSize(6);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void andOrPrecedence_givesAndItsUsualPrecedence(
      @ForAll("operands") List<String> operands, @ForAll int words) {
    StringBuilder expression = new StringBuilder(operands.getFirst());
    List<List<PcapFilter>> alternatives = new ArrayList<>();
    alternatives.add(new ArrayList<>(List.of(filter(operands.getFirst()))));
    for (int i = 1; i < operands.size(); i++) {
      boolean or = (words >> i & 1) == 0;
      expression.append(or ? " or " : " and ").append(operands.get(i));
      if (or) {
        alternatives.add(new ArrayList<>());
      }
      alternatives.getLast().add(filter(operands.get(i)));
    }
    for (FilterWarning warning : filter(expression.toString()).warnings()) {
      if (warning.code() == Code.AND_OR_PRECEDENCE) {
        assertVerdicts(
            Objects.requireNonNull(warning.suggestion(), expression::toString),
            packet ->
                alternatives.stream()
                    .anyMatch(all -> all.stream().allMatch(filter -> matches(filter, packet))));
      }
    }
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void shiftedOffsets_conditionsAreReadWithoutTheShift(@ForAll("operands") List<String> operands) {
    String vlan = operands.size() % 2 == 0 ? "vlan" : "pppoes";
    String before = operands.getFirst() + " or " + vlan + " or " + operands.getLast();
    assertVerdicts(
        suggested(before, Code.SHIFTED_OFFSETS),
        packet ->
            matches(filter(operands.getFirst()), packet)
                || matches(filter(operands.getLast()), packet)
                || matches(filter(vlan), packet));
  }

  @Provide
  Arbitrary<String> expressions() {
    Set<Vocabulary> all = EnumSet.allOf(Vocabulary.class);
    all.remove(Vocabulary.ENCAPSULATIONS);
    Arbitrary<String> transport =
        combine(
                word("tcp", "udp", "sctp", "icmp6"),
                word("[0]", "[2:2]", "[1] & 7", "[len - 60]", "[13] & 2"),
                word(" = ", " != ", " < "),
                Arbitraries.of(0, 2, 53, 143))
            .as((protocol, bytes, relation, n) -> protocol + bytes + relation + n);
    Arbitrary<String> any = ExpressionArbitraries.expressions(all);
    return combine(
            Arbitraries.oneOf(any, transport),
            word(" and ", " or ", " and not ", " or not "),
            Arbitraries.oneOf(any, any, transport))
        .as((left, word, right) -> left + word + right);
  }

  /** Packets that a warning is not about have the verdict that they had. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void coverage_keepsTheVerdictsOfOtherPackets(@ForAll("expressions") String expression) {
    PcapFilter original;
    try {
      original = filter(expression);
    } catch (FilterSyntaxException _) {
      return;
    }
    for (FilterWarning warning : original.warnings()) {
      String suggestion = warning.suggestion();
      if (suggestion == null) {
        continue;
      }
      PcapFilter mended = filter(suggestion);
      assertTrue(
          mended.warnings().stream().noneMatch(other -> other.code() == warning.code()),
          () -> expression + "\n" + suggestion);
      Predicate<SamplePacket> about =
          switch (warning.code()) {
            case IPV4_ONLY -> SuggestionTest::isIpv6;
            case IPV6_EXTENSION_HEADERS -> SuggestionTest::hasExtensionHeader;
            case LATER_FRAGMENTS -> SuggestionTest::isLaterFragment;
            default -> _ -> true;
          };
      for (SamplePacket packet : PACKETS) {
        assertTrue(
            about.test(packet) || matches(original, packet) == matches(mended, packet),
            () -> expression + "\n" + suggestion + "\non " + packet);
      }
    }
  }

  private static void assertVerdicts(String suggestion, Predicate<SamplePacket> expected) {
    PcapFilter filter = filter(suggestion);
    assertEquals(
        PACKETS.stream().filter(expected).map(SamplePacket::name).collect(Collectors.toSet()),
        PACKETS.stream()
            .filter(packet -> matches(filter, packet))
            .map(SamplePacket::name)
            .collect(Collectors.toSet()),
        suggestion);
  }

  private static String suggested(String expression, Code code) {
    String suggestion = warning(expression, code).suggestion();
    assertNotNull(suggestion, expression);
    PcapFilter mended = filter(suggestion);
    assertTrue(mended.warnings().stream().noneMatch(w -> w.code() == code), suggestion);
    return suggestion;
  }

  private static FilterWarning warning(String expression, Code code) {
    return filter(expression).warnings().stream()
        .filter(warning -> warning.code() == code)
        .findFirst()
        .orElseThrow(() -> new AssertionError(code + " is missing: " + expression));
  }

  private static PcapFilter filter(String expression) {
    return PcapFilter.compile(expression, LinkType.ETHERNET);
  }

  private static boolean matches(PcapFilter filter, SamplePacket packet) {
    return filter.matches(packet.bytes(), packet.wireLength());
  }

  private static boolean isIpv6(SamplePacket packet) {
    return u16(packet, 12) == 0x86dd;
  }

  private static boolean hasExtensionHeader(SamplePacket packet) {
    return isIpv6(packet) && Set.of(0, 43, 44, 51, 60).contains((int) packet.bytes()[MAC + 6]);
  }

  private static boolean isLaterFragment(SamplePacket packet) {
    return switch (u16(packet, 12)) {
      case 0x0800 -> (u16(packet, MAC + 6) & 0x1fff) != 0;
      case 0x86dd -> packet.bytes()[MAC + 6] == 44 && (u16(packet, MAC + 42) & 0xfff8) != 0;
      default -> false;
    };
  }

  private static int u16(SamplePacket packet, int at) {
    return (packet.bytes()[at] & 0xff) << 8 | (packet.bytes()[at + 1] & 0xff);
  }
}
