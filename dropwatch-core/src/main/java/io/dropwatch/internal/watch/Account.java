package io.dropwatch.internal.watch;

import io.dropwatch.internal.probe.KernelCounts;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.DropStatisticsBuilder;

/** Puts what the kernel counted and what this process counted into one balance. */
final class Account {
  private Account() {}

  /** Counts that are reported beside the balance, and are no part of it. */
  record AuxiliaryCounters(long recursionMisses, long ownerFailures) {}

  /**
   * The account of a running watcher. The kernel counts a drop as seen first, as emitted after its
   * record is in the ring, so the reader may be ahead: what is delivered was emitted, and what has
   * no outcome yet is left for the next look.
   */
  static DropStatistics running(
      KernelCounts kernel, AuxiliaryCounters auxiliary, Outcomes outcomes) {
    long emitted = Math.max(kernel.emitted(), outcomes.all());
    return beginning(kernel, auxiliary, outcomes)
        .seen(kernel.decided() - kernel.emitted() + emitted)
        .lostOther(kernel.lostOther())
        .queueOverflow(outcomes.queueOverflow())
        .lostInRing(outcomes.skipped())
        .delivered(outcomes.delivered())
        .inFlight(emitted - outcomes.all())
        .build();
  }

  /**
   * The last account: nothing changes any more. Emitted and without an outcome here is lost in the
   * ring; seen without an outcome in the kernel, which no run of the probe leaves, would be lost
   * before it.
   */
  static DropStatistics closed(
      KernelCounts kernel, AuxiliaryCounters auxiliary, Outcomes outcomes) {
    return beginning(kernel, auxiliary, outcomes)
        .seen(kernel.seen())
        .lostOther(kernel.lostOther() + kernel.seen() - kernel.decided())
        .queueOverflow(outcomes.queueOverflow())
        .lostInRing(kernel.emitted() - outcomes.all() + outcomes.skipped())
        .delivered(outcomes.delivered())
        .build();
  }

  private static DropStatisticsBuilder beginning(
      KernelCounts kernel, AuxiliaryCounters auxiliary, Outcomes outcomes) {
    DropStatisticsBuilder account = DropStatistics.builder();
    outcomes
        .noise()
        .forEach(
            (rule, count) -> {
              Long inKernel = kernel.noise().get(rule);
              if (inKernel == null) {
                account.noise(rule, count);
              } else {
                account.noiseInKernel(rule, inKernel);
              }
            });
    return account
        .recursionMisses(auxiliary.recursionMisses())
        .ownerFailures(auxiliary.ownerFailures())
        .hardware(kernel.hardware())
        .excluded(kernel.excluded())
        .filtered(kernel.filtered())
        .limited(kernel.limited())
        .lostNoSpace(kernel.lostNoSpace())
        .lostNoRing(kernel.lostNoRing());
  }
}
