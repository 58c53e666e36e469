package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.kernel.KernelVerdicts;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Dlt;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters are short: an eBPF body within a quarter of libpcap's optimized classic program. */
class InstructionCountTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp",
        "tcp and port 443",
        "tcp and not host 169.254.169.254",
        "src net 192.168.1.0/24 and tcp dst port 3306",
        "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
        "ip6 and udp portrange 1000-2000",
        "not arp",
        "port 53",
        "vlan and ip",
        "host 2001:db8::1 and tcp port 443"
      })
  void withinAQuarterOfLibpcapsOptimizedProgram(String expression) {
    withinAQuarter(expression);
  }

  @Test
  void thirtyTwoHostsWithinAQuarterOfLibpcapsOptimizedProgram() {
    withinAQuarter(hosts(32));
  }

  @Test
  void sixtyFourHostsFitIntoHalfTheSlot() {
    for (LinkType link : LinkType.values()) {
      int count = count(hosts(64), link);
      assertTrue(count <= KernelVerdicts.SLOT / 2, count + " instructions on " + link);
    }
  }

  private static void withinAQuarter(String expression) {
    int ours = count(expression, LinkType.ETHERNET);
    try (LibpcapFilter theirs = Libpcap.compile(expression, Dlt.EN10MB, Mode.OPTIMIZED)) {
      int limit = theirs.instructionCount() * 5 / 4;
      assertTrue(
          ours <= limit,
          () ->
              "\"%s\": %d eBPF instructions, libpcap's %d allow %d"
                  .formatted(expression, ours, theirs.instructionCount(), limit));
    }
  }

  private static int count(String expression, LinkType link) {
    return PcapFilter.compile(expression, link).ebpf().size();
  }

  private static String hosts(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> "host 10.0.0." + i)
        .collect(Collectors.joining(" or "));
  }
}
