package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EbpfTargetTest {
  /** Keeps more numbers than there are registers. */
  private static final String MANY_NUMBERS =
      "(ip[0]+(ip[1]*(ip[2]+(ip[3]*(ip[4]+(ip[5]*(ip[6]+(ip[7]*ip[8])))))))) = 1";

  @Test
  void inline_fallsThroughWhereFunctionExits() {
    assertEquals(
        """
        0: r0 = *(u32 *)(r3 + 16)
        1: if r0 == 2 goto 3
        2: r0 = 0
        """,
        skb("ifindex 2").ebpf(EbpfTarget.inline(0)).toString());
  }

  @Test
  void inline_leavesReservedStackAlone() {
    SkbFilter filter = skb(MANY_NUMBERS);
    String function = filter.ebpf().toString();

    assertTrue(function.contains("*(u64 *)(r10 - 8) = r"), function);
    assertEquals(
        moved(function, 128).replaceFirst("\\d+: exit\n$", ""),
        filter.ebpf(EbpfTarget.inline(128)).toString());
  }

  private static String moved(String listing, int bytes) {
    return Pattern.compile("r10 - (\\d+)")
        .matcher(listing)
        .replaceAll(m -> "r10 - " + (Integer.parseInt(m.group(1)) + bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {-8, 4, 328})
  void inline_otherStackSize_throws(int reservedStack) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> EbpfTarget.inline(reservedStack));

    assertEquals(
        "reservedStack must be a multiple of 8 from 0 to 320, was " + reservedStack,
        refusal.getMessage());
  }

  private static SkbFilter skb(String expression) {
    return SkbFilter.compile(expression);
  }
}
