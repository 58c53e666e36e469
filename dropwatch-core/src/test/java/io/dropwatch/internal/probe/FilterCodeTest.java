package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.probe.ProbeLiveTest.Code;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterCodeTest {
  private static final String EXIT = "9500000000000000";

  @Test
  void theExitGoesAndTheStackMovesDown() {
    FilterCode code =
        FilterCode.of(
            Code.of(
                "7b4af8ff00000000", // *(u64 *)(r10 - 8) = r4
                "79a5f8ff00000000", // r5 = *(u64 *)(r10 - 8)
                "b700000000000000", // r0 = 0
                EXIT));

    assertEquals(3, code.size());
    assertArrayEquals(
        Code.of("7b4a78ff00000000", "79a578ff00000000", "b700000000000000"), code.filling(3));
  }

  @Test
  void whatIsLeftOfTheSlotIsJumpedOver() {
    assertArrayEquals(
        Code.of(
            "1500020001000000", // if r0 == 1 goto +2
            "0500000000000000",
            "0500000000000000",
            "b700000000000000"),
        FilterCode.of(Code.of("b700000000000000", EXIT)).filling(4));
  }

  @ParameterizedTest
  @CsvSource({
    "b700000000000000", // no exit
    "95000000000000009500000000000000", // two
    "bfa50000000000009500000000000000", // r5 = r10
  })
  void whatCannotBeAPieceOfAFunctionIsRefused(String code) {
    byte[] bytes = HexFormat.of().parseHex(code);

    assertThrows(IllegalArgumentException.class, () -> FilterCode.of(bytes));
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
  void aFilterReadsTheseFieldsOfItsMetadata(String filter, String fields) {
    BitSet reads =
        FilterCode.of(PcapFilter.compile(filter, LinkType.SKB).ebpf().toBytes()).metadataReads();

    assertEquals(fields, reads.stream().mapToObj(String::valueOf).collect(Collectors.joining(" ")));
  }

  @Test
  void whoPassesTheAddressOnReadsAll() {
    BitSet reads = FilterCode.of(Code.of("bf35000000000000", EXIT)).metadataReads();
    assertEquals(24, reads.cardinality(), "r5 = r3");
  }

  /** SLOT_STACK: a filter's stack begins where the compiler's ends. */
  @Test
  void theProgramsLeaveTheFiltersStackAlone() {
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
