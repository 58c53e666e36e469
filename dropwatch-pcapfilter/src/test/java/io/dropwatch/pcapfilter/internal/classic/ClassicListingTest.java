package io.dropwatch.pcapfilter.internal.classic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.ClassicBpf;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.Stage;
import io.dropwatch.pcapfilter.TestFilters;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Listings of whole programs, in the forms of tcpdump. */
class ClassicListingTest {
  @Test
  void constantVerdict_isOneReturn() {
    assertEquals("(000) ret      #262144\n", listing("", PacketView.ETHERNET));
    assertEquals("(000) ret      #0\n", listing("ip and arp", PacketView.ETHERNET));
  }

  @Test
  void negatedComparison_invertsTheJump() {
    assertEquals(
        """
        (000) ldh      [12]
        (001) jeq      #0x806           jt 3\tjf 2
        (002) ret      #262144
        (003) ret      #0
        """,
        listing("not arp", PacketView.ETHERNET));
  }

  @Test
  void ifindex_isAnAncillaryLoad() {
    assertEquals(
        """
        (000) ld       [ifidx]
        (001) jeq      #0x2             jt 2\tjf 3
        (002) ret      #262144
        (003) ret      #0
        """,
        listing("ifindex 2", PacketView.SKB));
  }

  @Test
  void toC_printsInitializers() {
    assertEquals(
        """
        { 0x28, 0, 0, 0x0000000c },
        { 0x15, 1, 0, 0x00000806 },
        { 0x6, 0, 0, 0x00040000 },
        { 0x6, 0, 0, 0x00000000 },
        """,
        PcapFilter.compile("not arp", LinkType.ETHERNET).classicBpf().toC());
  }

  @Test
  void toDecimal_printsCountAndNumbers() {
    assertEquals(
        """
        4
        40 0 0 12
        21 1 0 2054
        6 0 0 262144
        6 0 0 0
        """,
        PcapFilter.compile("not arp", LinkType.ETHERNET).classicBpf().toDecimal());
  }

  @Test
  void toBytes_usesNativeByteOrder() {
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    assertArrayEquals(
        HexFormat.of().parseHex(little ? "0600000000000400" : "0006000000040000"),
        PcapFilter.compile("", LinkType.ETHERNET).classicBpf().toBytes());
  }

  @Test
  void thousandHosts_useLongJumps() {
    ClassicBpf program = PcapFilter.compile(hosts(1000), LinkType.ETHERNET).classicBpf();
    assertTrue(program.size() > 2000, program.size() + " instructions");
    assertTrue(program.size() < ClassicBpf.MAX_SIZE, program.size() + " instructions");
  }

  @Test
  void tooManyInstructions_throwsWithCountAndLimit() {
    PcapFilter filter = PcapFilter.compile(hosts(2000), LinkType.ETHERNET);
    UnsupportedOperationException refusal =
        assertThrows(UnsupportedOperationException.class, filter::classicBpf);
    String words = String.valueOf(refusal.getMessage());
    assertTrue(
        words.matches("the filter needs \\d+ instructions, and classic BPF allows 4096"), words);
  }

  private static String hosts(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "host 10.0." + i / 256 + "." + i % 256)
        .collect(Collectors.joining(" or "));
  }

  private static String listing(String expression, PacketView view) {
    return TestFilters.compile(expression, view).dump(Stage.CLASSIC);
  }
}
