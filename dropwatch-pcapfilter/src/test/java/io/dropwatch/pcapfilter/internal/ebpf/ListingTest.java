package io.dropwatch.pcapfilter.internal.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.Stage;
import org.junit.jupiter.api.Test;

/** Whole functions, to be read by an eBPF engineer. */
class ListingTest {
  @Test
  void everything() {
    assertEquals(
        """
        0: r0 = 1
        1: exit
        """,
        listing("", LinkType.ETHERNET));
  }

  @Test
  void nothing() {
    assertEquals(
        """
        0: r0 = 0
        1: exit
        """,
        listing("ip and arp", LinkType.ETHERNET));
  }

  @Test
  void oneComparison() {
    assertEquals(
        """
        0: r0 = 0
        1: if w2 < 14 goto 5
        2: r4 = *(u16 *)(r1 + 12)
        3: if r4 == 0x608 goto 5
        4: r0 = 1
        5: exit
        """,
        listing("not arp", LinkType.ETHERNET));
  }

  @Test
  void aPortBehindAHeaderOfVariableLength() {
    assertEquals(
        """
        0: r0 = 0
        1: if w2 < 24 goto 17
        2: r4 = *(u16 *)(r1 + 12)
        3: if r4 != 8 goto 17
        4: r4 = *(u32 *)(r1 + 20)
        5: w4 &= 0xff00ff1f
        6: if r4 != 0x6000000 goto 17
        7: r4 = *(u8 *)(r1 + 14)
        8: w4 &= 15
        9: w4 <<= 2
        10: w2 -= w4
        11: if w2 s< 18 goto 17
        12: r1 += r4
        13: r5 = *(u16 *)(r1 + 16)
        14: if r5 != 0xbb01 goto 17
        15: r0 = 1
        16: exit
        """
            .replace("goto 17", "goto 16"),
        listing("ip and tcp dst port 443", LinkType.ETHERNET));
  }

  @Test
  void theKernelsMetadata() {
    assertEquals(
        """
        0: r0 = 0
        1: r4 = *(u32 *)(r3 + 16)
        2: if r4 != 2 goto 4
        3: r0 = 1
        4: exit
        """,
        listing("ifindex 2", LinkType.SKB));
  }

  private static String listing(String expression, LinkType link) {
    return PcapFilter.compile(expression, link).dump(Stage.EBPF);
  }
}
