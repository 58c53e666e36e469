package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.TestFilters;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.kernel.KernelVerdicts;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Dlt;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Filters are short. Two yardsticks: what cbpfc makes of libpcap's program (cloudflare/cbpfc, the
 * way of pwru, its loads not counted as helper calls), and libpcap's optimized classic program.
 */
class InstructionCountTest {
  private static final String HOSTS_32 = hosts(32);

  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      quoteCharacter = '"',
      textBlock =
          """
          tcp                                             : 27
          tcp and port 443                                : 60
          tcp and not host 169.254.169.254                : 35
          src net 192.168.1.0/24 and tcp dst port 3306    : 37
          32 hosts                                        : 129
          tcp[tcpflags] & (tcp-syn|tcp-fin) != 0          : 32
          ip6 and udp portrange 1000-2000                 : 25
          not arp                                         : 12
          port 53                                         : 64
          vlan and ip                                     : 17
          "host 2001:db8::1 and tcp port 443"             : 47
          """)
  void size_isBelowCbpfcs(String expression, int cbpfc) {
    int ours = count(expression.equals("32 hosts") ? HOSTS_32 : expression, PacketView.ETHERNET);
    assertTrue(ours < cbpfc, () -> "\"%s\": %d instructions".formatted(expression, ours));
  }

  /** Every row of the table of instructions per filter on Ethernet. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp",
        "tcp and port 443",
        "tcp and not host 169.254.169.254",
        "src net 192.168.1.0/24 and tcp dst port 3306",
        "32 hosts",
        "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
        "ip6 and udp portrange 1000-2000",
        "not arp",
        "port 53",
        "vlan and ip",
        "host 2001:db8::1 and tcp port 443"
      })
  void size_isWithinAQuarterOfLibpcapsOptimizedProgram(String expression) {
    withinAQuarter(expression.equals("32 hosts") ? HOSTS_32 : expression);
  }

  @Test
  void sixtyFourHosts_fitIntoHalfOfTheSlot() {
    for (PacketView view : PacketView.values()) {
      int count = count(hosts(64), view);
      assertTrue(count <= KernelVerdicts.SLOT / 2, count + " instructions on " + view);
    }
  }

  private static void withinAQuarter(String expression) {
    int ours = count(expression, PacketView.ETHERNET);
    try (LibpcapFilter theirs = Libpcap.compile(expression, Dlt.EN10MB, Mode.OPTIMIZED)) {
      int limit = theirs.instructionCount() * 5 / 4;
      assertTrue(
          ours <= limit,
          () ->
              "\"%s\": %d eBPF instructions, libpcap's %d allow %d"
                  .formatted(expression, ours, theirs.instructionCount(), limit));
    }
  }

  private static int count(String expression, PacketView view) {
    return TestFilters.compile(expression, view).ebpf().size();
  }

  private static String hosts(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> "host 10.0.0." + i)
        .collect(Collectors.joining(" or "));
  }
}
