package io.dropwatch.internal.probe;

import io.dropwatch.bpf.KernelBtf;
import io.dropwatch.bpf.Libbpf;
import io.dropwatch.model.FailureCode;
import org.jspecify.annotations.Nullable;

/**
 * What the probe and the decoder need to know of the running kernel. Most of it is from its BTF,
 * and is read once in a process: reading takes some ten milliseconds and megabytes.
 *
 * @param arguments of the kfree_skb tracepoint
 * @param reasons names of its drop reasons
 * @param reportsTraps whether it has the tracepoint by which devices report drops
 * @param canCast whether programs may call bpf_rdonly_cast
 * @param canReadInPlace false after the kernel has refused programs that read packets in place
 * @param canCompareAndSwap false after the kernel has refused programs with a compare-and-swap
 * @param possibleCpus CPUs that the machine may ever have
 */
public record KernelFacts(
    TracepointArguments arguments,
    KernelReasons reasons,
    boolean reportsTraps,
    boolean canCast,
    boolean canReadInPlace,
    boolean canCompareAndSwap,
    int possibleCpus) {
  private static @Nullable KernelFacts known;

  /**
   * Returns the facts about the running kernel.
   *
   * @throws io.dropwatch.bpf.BpfException if it has no BTF
   * @throws EnvironmentException if it has no typed tracepoints (Linux 5.5)
   */
  public static synchronized KernelFacts running() {
    KernelFacts facts = known;
    if (facts == null) {
      KernelBtf btf = KernelBtf.load();
      if (btf.parameters("btf_trace_kfree_skb").isEmpty()) {
        throw new EnvironmentException(
            FailureCode.KERNEL_TOO_OLD,
            "this kernel has no typed tracepoint kfree_skb",
            "use Linux 5.5 or later");
      }
      facts =
          new KernelFacts(
              TracepointArguments.of(btf),
              KernelReasons.of(btf),
              TracepointArguments.reportsTraps(btf),
              btf.hasFunction("bpf_rdonly_cast"),
              true,
              true,
              Libbpf.possibleCpus());
      known = facts;
    }
    return facts;
  }

  /** Remembers a refusal, so that later plans do not try again. */
  static synchronized void inPlaceRefused() {
    KernelFacts facts = running();
    known =
        new KernelFacts(
            facts.arguments,
            facts.reasons,
            facts.reportsTraps,
            facts.canCast,
            false,
            facts.canCompareAndSwap,
            facts.possibleCpus);
  }

  /** Remembers a refusal, so that later plans do not try again. */
  static synchronized void compareAndSwapRefused() {
    KernelFacts facts = running();
    known =
        new KernelFacts(
            facts.arguments,
            facts.reasons,
            facts.reportsTraps,
            facts.canCast,
            facts.canReadInPlace,
            false,
            facts.possibleCpus);
  }
}
