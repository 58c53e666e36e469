package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Warnings as the golden file {@code warnings.txt} has them, and filters that get none. */
class WarningTextTest {
  @Test
  void warnings_matchGoldenFile() throws IOException {
    String golden = golden();
    List<String> actual = new ArrayList<>();
    for (String line : golden.lines().filter(line -> line.startsWith("=== ")).toList()) {
      String[] header = line.substring(4).split(" ", 2);
      Filter filter = TestFilters.compile(header[1], PacketView.valueOf(header[0]));
      actual.add(
          line
              + "\n"
              + filter.warnings().stream()
                  .map(warning -> warning.code() + " " + warning + "\n")
                  .collect(Collectors.joining()));
    }
    assertEquals(golden, String.join("", actual));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tcp",
        "tcp and port 443",
        "tcp port 80 or 443",
        "tcp port 80 or 443 and host 10.0.0.1",
        "tcp and not host 169.254.169.254",
        "src net 192.168.1.0/24 and tcp dst port 3306",
        "host 10.0.0.1 or host 10.0.0.2",
        "not (host 10.0.0.1 or 10.0.0.2)",
        "ip and tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
        "not arp",
        "port 53",
        "vlan and ip",
        "vlan 5 and tcp port 443",
        "ip or arp or vlan",
        "not vlan or ip",
        "mpls 1000 and ip",
        "vxlan 5 and arp",
        "net 10 or net 192.168.0.0/16",
        "icmp[icmptype] = icmp-echo",
        "(ip and tcp) or (ip6 and icmp6)",
        "greater 100 and less 200",
        "ip[8] % 3 = 1",
      })
  void warnings_commonFilters_areEmpty(String expression) {
    PcapFilter filter = PcapFilter.compile(expression, LinkType.ETHERNET);
    List<FilterWarning> mistakes =
        filter.warnings().stream().filter(warning -> !warning.code().isNote()).toList();
    assertEquals(List.of(), mistakes);
  }

  @Test
  void warnings_skbFilterWithVlan_areEmpty() {
    for (String expression : List.of("not vlan and ip", "vlan 5 or ip")) {
      assertEquals(List.of(), SkbFilter.compile(expression).warnings());
    }
  }

  @Test
  void goldenFile_hasEveryCode() throws IOException {
    String golden = golden();
    assertEquals(
        List.of(),
        Arrays.stream(FilterWarning.Code.values())
            .filter(code -> !golden.contains("\n" + code + " "))
            .toList());
  }

  private static String golden() throws IOException {
    try (InputStream in = WarningTextTest.class.getResourceAsStream("warnings.txt")) {
      if (in == null) {
        throw new IOException("warnings.txt is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
