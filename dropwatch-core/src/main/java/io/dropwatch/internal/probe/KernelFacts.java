package io.dropwatch.internal.probe;

import io.dropwatch.bpf.KernelBtf;
import io.dropwatch.bpf.Libbpf;
import io.dropwatch.model.FailureCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the probe and the decoder need to know of the running kernel. Most of it is from its BTF,
 * and is read once in a process: reading takes tens of milliseconds and megabytes.
 *
 * @param hasReason whether the third argument of kfree_skb is the drop reason (Linux 5.17)
 * @param hasReceivingSocket whether the fourth one is the receiving socket (Linux 6.11)
 * @param reasons names of its drop reasons
 * @param reportsTraps whether it has the tracepoint by which devices report drops
 * @param canCast whether programs may call bpf_rdonly_cast
 * @param canReadInPlace false after the kernel has refused programs that read packets in place
 * @param canCompareAndSwap false after the kernel has refused programs with a compare-and-swap
 * @param possibleCpus CPUs that the machine may ever have
 */
public record KernelFacts(
    boolean hasReason,
    boolean hasReceivingSocket,
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
      // The arguments: void *, struct sk_buff *, void *location, enum skb_drop_reason, struct sock
      // *rx_sk (const since Linux 7). Version numbers do not tell, because distributions backport.
      List<KernelBtf.Parameter> arguments =
          btf.parameters("btf_trace_kfree_skb")
              .orElseThrow(
                  () ->
                      new EnvironmentException(
                          FailureCode.KERNEL_TOO_OLD,
                          "this kernel has no typed tracepoint kfree_skb",
                          "use Linux 5.5 or later"));
      boolean hasReason = isAt(arguments, 3, "enum skb_drop_reason");
      facts =
          new KernelFacts(
              hasReason,
              hasReason && isAt(arguments, 4, "struct sock *"),
              KernelReasons.of(btf),
              reportsTraps(btf),
              btf.hasFunction("bpf_rdonly_cast"),
              true,
              true,
              Libbpf.possibleCpus());
      known = facts;
    }
    return facts;
  }

  /** Whether the kernel has CONFIG_NET_DEVLINK and the arguments that the probe reads. */
  private static boolean reportsTraps(KernelBtf btf) {
    List<KernelBtf.Parameter> arguments =
        btf.parameters("btf_trace_devlink_trap_report").orElse(List.of());
    return isAt(arguments, 2, "struct sk_buff *")
        && isAt(arguments, 3, "struct devlink_trap_metadata *");
  }

  private static boolean isAt(List<KernelBtf.Parameter> parameters, int index, String type) {
    return index < parameters.size()
        && parameters.get(index).type().replaceFirst("^const ", "").equals(type);
  }

  /** Remembers a refusal, so that later plans do not try again. */
  static synchronized void inPlaceRefused() {
    KernelFacts facts = running();
    known = facts.with(false, facts.canCompareAndSwap);
  }

  /** Remembers a refusal, so that later plans do not try again. */
  static synchronized void compareAndSwapRefused() {
    KernelFacts facts = running();
    known = facts.with(facts.canReadInPlace, false);
  }

  private KernelFacts with(boolean readsInPlace, boolean comparesAndSwaps) {
    return new KernelFacts(
        hasReason,
        hasReceivingSocket,
        reasons,
        reportsTraps,
        canCast,
        readsInPlace,
        comparesAndSwaps,
        possibleCpus);
  }
}
