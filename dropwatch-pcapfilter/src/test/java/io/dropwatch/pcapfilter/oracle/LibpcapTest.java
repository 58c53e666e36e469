package io.dropwatch.pcapfilter.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.oracle.Libpcap.Dlt;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.packet.PacketBuilder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The oracle says what {@code tcpdump -d} and {@code tcpdump -O -d} say. */
class LibpcapTest {
  private static final byte[] SYN =
      PacketBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(40000, 443, 2).build();

  @ParameterizedTest
  @CsvSource({
    "tcp, 12, 14",
    "tcp and port 443, 20, 66",
    "tcp and not host 169.254.169.254, 16, 38",
    "not arp, 4, 4",
    "port 53, 24, 54",
    "vlan and ip, 8, 10",
    "host 2001:db8::1 and tcp port 443, 26, 42"
  })
  void countsInstructions(String expression, int optimized, int unoptimized) {
    assertEquals(optimized, count(expression, Mode.OPTIMIZED));
    assertEquals(unoptimized, count(expression, Mode.UNOPTIMIZED));
  }

  @Test
  void loadPastTheEnd_rejectsInsideNot() {
    try (LibpcapFilter filter = Libpcap.compile("not tcp", Dlt.EN10MB, Mode.UNOPTIMIZED)) {
      assertFalse(filter.matches(SYN, SYN.length));
      assertFalse(filter.matches(Arrays.copyOf(SYN, 20), SYN.length));
      assertFalse(filter.matches(new byte[0], SYN.length));
    }
  }

  @Test
  void len_isTheWireLength() {
    try (LibpcapFilter filter = Libpcap.compile("greater 1000", Dlt.RAW, Mode.UNOPTIMIZED)) {
      assertTrue(filter.matches(SYN, 1000));
      assertFalse(filter.matches(SYN, 999));
    }
  }

  @Test
  void refusal_hasLibpcapsMessage() {
    LibpcapRefusal refusal =
        assertThrows(
            LibpcapRefusal.class,
            () -> Libpcap.compile("port 65536", Dlt.EN10MB, Mode.UNOPTIMIZED).close());
    assertEquals("illegal port number 65536 > 65535", refusal.words());
  }

  private static int count(String expression, Mode mode) {
    try (LibpcapFilter filter = Libpcap.compile(expression, Dlt.EN10MB, mode)) {
      return filter.instructionCount();
    }
  }
}
