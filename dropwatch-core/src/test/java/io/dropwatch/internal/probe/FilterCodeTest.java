package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.SkbFilter;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterCodeTest {
  @Test
  void filling_fullSlot_isTheCode() {
    assertEquals("b700000000000000", filling("b700000000000000", 1));
  }

  @Test
  void filling_largerSlot_startsWithJumpOverUnusedPart() {
    assertEquals(
        "1500020001000000" // if r0 == 1 goto +2
            + "0500000000000000"
            + "0500000000000000"
            + "b700000000000000",
        filling("b700000000000000", 4));
  }

  private static String filling(String code, int room) {
    byte[] bytes = HexFormat.of().parseHex(code);
    return HexFormat.of().formatHex(new FilterCode(bytes, new BitSet()).filling(room));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tcp and port 443     | 8
          arp                  | 8
          len > 100            | 0 4
          ether host 2:0:0:0:0:1 | 4
          inbound              | 14
          ifindex 3            | 16
          """)
  void metadataReads_areOffsetsOfFieldsThatFilterLoads(String filter, String fields) {
    BitSet reads = FilterCode.of(SkbFilter.compile(filter)).metadataReads();

    assertEquals(fields, reads.stream().mapToObj(String::valueOf).collect(Collectors.joining(" ")));
  }

  /** SLOT_STACK: a filter's stack begins where the C compiler's ends. */
  @Test
  void programsUseOnlyTheReservedPartOfTheStack() {
    byte[] elf = ProbeImage.embedded().bytes();
    for (int at = 0; at + 8 <= elf.length; at += 8) {
      int registers = elf[at + 1];
      boolean load = elf[at] == 0x79 && registers >>> 4 == -6; // r10 as the source
      boolean store = elf[at] == 0x7b && (registers & 0xf) == 10;
      int offset = (elf[at + 2] & 0xff) | (elf[at + 3] << 8);
      if ((load || store) && offset < 0) {
        assertTrue(offset >= -FilterCode.PROGRAM_STACK, "an access at " + offset);
      }
    }
  }
}
