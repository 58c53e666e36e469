package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dropwatch.model.DropReason;
import io.dropwatch.model.FailureCode;

/** Expectations that depend on the age of the running kernel. */
public final class OlderKernel {
  private OlderKernel() {}

  /**
   * Its own name where the kernel has it.
   *
   * @param name without SKB_DROP_REASON_
   */
  public static String reason(String name) {
    KernelFacts kernel = KernelFacts.running();
    String full = "SKB_DROP_REASON_" + name;
    if (!kernel.hasReason()) {
      return DropReason.NOT_SUPPORTED.name();
    }
    return kernel.reasons().builtIn().containsValue(full) ? full : "SKB_DROP_REASON_NOT_SPECIFIED";
  }

  /**
   * That a limit was refused for want of compare-and-swap (Linux 5.12), by a kernel without it: who
   * gives reasons (5.17) has it.
   */
  public static void assertTooOldToLimit(FailureCode refusal) {
    assertEquals(FailureCode.KERNEL_TOO_OLD, refusal);
    assertFalse(KernelFacts.running().hasReason());
  }
}
