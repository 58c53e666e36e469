package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any text is a filter or a FilterSyntaxException. */
class HostileExpressionTest {
  private static final byte[] PACKET = new byte[60];

  static Stream<Arguments> hostile() {
    return Stream.of(
        Arguments.of("parentheses", "(".repeat(10_000) + "tcp" + ")".repeat(10_000)),
        Arguments.of("parentheses that stay open", "(".repeat(1_000_000)),
        Arguments.of("or alone", "or ".repeat(350_000)),
        Arguments.of("not", "not ".repeat(250_000) + "tcp"),
        Arguments.of("minus", "-".repeat(1_000_000) + "1 = 1"),
        Arguments.of("indices", "ip[".repeat(300_000)),
        Arguments.of("sum", "1+".repeat(500_000) + "1 = 1"),
        Arguments.of("remainder", "1%".repeat(500_000) + "1 = 1"),
        Arguments.of("digits", "1".repeat(1_000_000)),
        Arguments.of("letters", "a".repeat(1_000_000)),
        Arguments.of("colons", "a:".repeat(500_000)),
        Arguments.of("dots", "1.".repeat(500_000)),
        Arguments.of("lines", "\n".repeat(1_000_000) + "?"),
        Arguments.of("unpaired surrogate", "tcp \uD800 udp"),
        Arguments.of("name with control characters", "host \\\u0007\u001b[31m\u202e\uDC00"),
        Arguments.of("zero", "tcp\0"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void compile_hostileText_isRefusedWithPrintableMessage(String name, String expression) {
    FilterSyntaxException e =
        assertThrows(
            FilterSyntaxException.class,
            () -> PcapFilter.compile(expression, LinkType.ETHERNET),
            name);
    String message = String.valueOf(e.getMessage());
    assertTrue(message.length() < 1000, message);
    assertTrue(
        message.chars().noneMatch(c -> c != '\n' && c != '\t' && Character.isISOControl(c)),
        message);
  }

  @Test
  void compile_megabyteOfOr_isAccepted() {
    String expression = "tcp" + " or tcp".repeat(150_000);
    assertTrue(
        PcapFilter.compile("not (" + expression + ")", LinkType.ETHERNET).matches(PACKET, 60));
  }

  @Test
  void ebpf_thousandHosts_isGenerated() {
    StringBuilder expression = new StringBuilder("host 10.0.0.0");
    for (int i = 1; i < 1000; i++) {
      expression.append(" or host 10.0.").append(i / 128).append('.').append(i % 128 * 2);
    }
    EbpfCode code = PcapFilter.compile(expression.toString(), LinkType.ETHERNET).ebpf();
    assertTrue(code.size() > 2000 && code.size() < 2100, code.size() + " instructions");
  }

  /** Each header shifts what is after it, in the kernel's view in several ways. */
  @ParameterizedTest
  @ValueSource(strings = {"vlan and ", "mpls and ", "geneve and ", "vxlan and ", "vlan 5 or "})
  void compile_manyEncapsulations_areAcceptedOrRefused(String encapsulation) {
    for (int count : new int[] {3, 4, 5, 8, 20, 5000}) {
      String expression = encapsulation.repeat(count) + "ip";
      for (PacketView view : PacketView.values()) {
        try {
          Filter filter = TestFilters.compile(expression, view);
          if (count <= 20) {
            assertTrue(filter.ebpf().size() > 0);
          }
        } catch (FilterSyntaxException refusal) {
          assertTrue(refusal.offset() > 0 || view == PacketView.RAW_IP, refusal::toString);
        }
      }
    }
  }

  @Property
  void compile_anyText_isAcceptedOrRefused(@ForAll String text) {
    filterOrRefusal(text);
  }

  private static void filterOrRefusal(String text) {
    for (PacketView view : PacketView.values()) {
      try {
        TestFilters.compile(text, view).ebpf();
      } catch (FilterSyntaxException e) {
        assertTrue(e.offset() >= 0 && e.offset() <= text.length(), text);
      }
    }
  }
}
