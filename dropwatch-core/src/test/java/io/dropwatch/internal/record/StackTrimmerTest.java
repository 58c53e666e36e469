package io.dropwatch.internal.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.dropwatch.model.StackFrame;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StackTrimmerTest {
  private static final Map<Long, String> SYMBOLS =
      Map.of(
          1L, "bpf_prog_6deef7357e7b4530_dropwatch_typed",
          2L, "bpf_trace_run5",
          3L, "__traceiter_kfree_skb",
          4L, "kfree_skb_reason",
          5L, "net_tx_action",
          6L, "handle_softirqs");

  private final StackTrimmer trimmer = new StackTrimmer(3);

  private long[] trim(long[] addresses, long location) {
    return trimmer.trim(
        addresses,
        location,
        address ->
            SYMBOLS.containsKey(address)
                ? new StackFrame(address, SYMBOLS.get(address), 0, null)
                : StackFrame.unknown(address));
  }

  @Test
  void trim_startsAtTheFrameBeforeTheLocation() {
    assertArrayEquals(new long[] {20, 30, 40}, trim(new long[] {7, 8, 20, 30, 40, 50}, 30));
  }

  @Test
  void trim_withoutFramesOfTracing() {
    assertArrayEquals(new long[] {20, 30, 40}, trim(new long[] {20, 30, 40, 50}, 30));
  }

  @Test
  void trim_withoutLocation_usesNames() {
    assertArrayEquals(new long[] {5, 6}, trim(new long[] {1, 2, 3, 5, 6}, 99));
  }

  @Test
  void trim_withoutLocationAndSymbols_keepsAll() {
    assertArrayEquals(new long[] {70, 80, 90}, trim(new long[] {70, 80, 90}, 99));
  }

  @Test
  void trim_emptyStack() {
    assertArrayEquals(new long[0], trim(new long[0], 30));
  }
}
