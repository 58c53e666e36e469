package io.dropwatch.pcapfilter.internal.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.pcapfilter.Stage;
import io.dropwatch.pcapfilter.TestFilters;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import org.junit.jupiter.api.Test;

/** Listings of whole functions. */
class EbpfListingTest {
  @Test
  void emptyExpression_acceptsEveryPacket() {
    assertEquals(
        """
        0: r0 = 1
        1: exit
        """,
        listing("", PacketView.ETHERNET));
  }

  @Test
  void contradiction_rejectsEveryPacket() {
    assertEquals(
        """
        0: r0 = 0
        1: exit
        """,
        listing("ip and arp", PacketView.ETHERNET));
  }

  @Test
  void negatedComparison_computesTheVerdict() {
    assertEquals(
        """
        0: r0 = 0
        1: if w2 < 14 goto 4
        2: r0 = *(u16 *)(r1 + 12)
        3: w0 ^= 0x608
        4: exit
        """,
        listing("not arp", PacketView.ETHERNET));
  }

  @Test
  void tcpPort_movesBasePastIpv4Header() {
    assertEquals(
        """
        0: if w2 < 24 goto 11
        1: r0 = *(u16 *)(r1 + 12)
        2: if r0 != 8 goto 11
        3: r5 = *(u32 *)(r1 + 20)
        4: w5 &= 0xff00ff1f
        5: if r5 != 0x6000000 goto 11
        6: w2 -= w4
        7: if w2 s< 18 goto 11
        8: r1 += r4
        9: r5 = *(u16 *)(r1 + 16)
        10: if r5 == 0xbb01 goto 12
        11: r0 = 0
        12: exit
        """,
        listing("ip and tcp dst port 443", PacketView.ETHERNET));
  }

  @Test
  void ifindex_isLoadedFromMetadata() {
    assertEquals(
        """
        0: r0 = *(u32 *)(r3 + 16)
        1: if r0 == 2 goto 3
        2: r0 = 0
        3: exit
        """,
        listing("ifindex 2", PacketView.SKB));
  }

  @Test
  void portRange_loadsBothPortsAtOnce() {
    assertEquals(
        """
        0: if w2 < 56 goto 13
        1: r0 = *(u16 *)(r1 + 12)
        2: if r0 != 0xdd86 goto 13
        3: r4 = *(u8 *)(r1 + 20)
        4: if r4 != 17 goto 13
        5: r4 = *(u32 *)(r1 + 54)
        6: r4 = be32 r4
        7: if r4 < 0x3e80000 goto 9
        8: if r4 <= 0x7d0ffff goto 14
        9: if w2 < 58 goto 13
        10: w4 &= 0xffff
        11: if r4 < 0x3e8 goto 13
        12: if r4 <= 0x7d0 goto 14
        13: r0 = 0
        14: exit
        """,
        listing("ip6 and udp portrange 1000-2000", PacketView.ETHERNET));
  }

  private static String listing(String expression, PacketView view) {
    return TestFilters.compile(expression, view).dump(Stage.EBPF);
  }
}
