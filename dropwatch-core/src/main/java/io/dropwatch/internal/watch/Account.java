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
   * Returns the account of a running watcher. The kernel counts a drop as seen first, and as
   * emitted after its record is in the ring, so the reader may be ahead: a delivered record was
   * emitted, and a drop without an outcome is left to the next call.
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
   * Returns the final account. Records that were emitted and have no outcome are lost in the ring;
   * drops that were seen and have no outcome in the kernel, which should not exist, are lost before
   * it.
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
