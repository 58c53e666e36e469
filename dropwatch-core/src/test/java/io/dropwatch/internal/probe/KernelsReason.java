package io.dropwatch.internal.probe;

import io.dropwatch.DropReason;

/** What a reason of today is called on the running kernel. */
public final class KernelsReason {
  private KernelsReason() {}

  /**
   * Its own name where the kernel has it.
   *
   * @param name without SKB_DROP_REASON_
   */
  public static String of(String name) {
    KernelFacts kernel = KernelFacts.running();
    String full = "SKB_DROP_REASON_" + name;
    if (!kernel.arguments().hasReason()) {
      return DropReason.NOT_SUPPORTED.name();
    }
    return kernel.reasons().builtIn().containsValue(full) ? full : "SKB_DROP_REASON_NOT_SPECIFIED";
  }
}
