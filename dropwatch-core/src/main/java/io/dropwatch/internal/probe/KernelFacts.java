package io.dropwatch.internal.probe;

import io.dropwatch.bpf.KernelBtf;
import org.jspecify.annotations.Nullable;

/**
 * What the probe and the decoder need to know of the running kernel, from its BTF. Read once in a
 * process: the kernel stays, and reading takes some ten milliseconds and megabytes.
 *
 * @param arguments of the kfree_skb tracepoint
 * @param reasons names of its drop reasons
 * @param reportsTraps whether it has the tracepoint by which devices report drops
 * @param canCast whether programs may call bpf_rdonly_cast
 */
public record KernelFacts(
    TracepointArguments arguments, KernelReasons reasons, boolean reportsTraps, boolean canCast) {
  private static @Nullable KernelFacts known;

  /**
   * The running kernel's.
   *
   * @throws io.dropwatch.bpf.BpfException if it has no BTF
   */
  public static synchronized KernelFacts running() {
    KernelFacts facts = known;
    if (facts == null) {
      KernelBtf btf = KernelBtf.load();
      facts =
          new KernelFacts(
              TracepointArguments.of(btf),
              KernelReasons.of(btf),
              TracepointArguments.reportsTraps(btf),
              btf.hasFunction("bpf_rdonly_cast"));
      known = facts;
    }
    return facts;
  }
}
