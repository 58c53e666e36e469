package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FilterTest {
  /** IPv4, TCP from 10.0.0.1:40000 to 10.0.0.2:443, SYN. */
  private static final byte[] SYN =
      HexFormat.of()
          .parseHex(
              "4500002800010000400600000a0000010a000002"
                  + "9c4001bb00000000000000005002200000000000");

  @Test
  void matches_portOfThePacket() {
    PcapFilter filter = PcapFilter.compile("tcp dst port 443", LinkType.RAW_IP);
    assertTrue(filter.matches(SYN, SYN.length));
    assertFalse(PcapFilter.compile("udp", LinkType.RAW_IP).matches(SYN, SYN.length));
  }

  @Test
  void compile_syntaxError_hasOffset() {
    FilterSyntaxException e =
        assertThrows(
            FilterSyntaxException.class,
            () -> PcapFilter.compile("tcp prot 80", LinkType.ETHERNET));
    assertEquals(4, e.offset());
  }
}
