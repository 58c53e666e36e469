package io.dropwatch.internal.watch;

import io.dropwatch.DropStatistics;
import io.dropwatch.internal.probe.KernelCounts;

/** Puts what the kernel counted and what the reader counted into one balance. */
final class Account {
  private Account() {}

  /**
   * The account of a running watcher. The kernel counts a drop as seen first, as emitted after its
   * record is in the ring, so the reader may be ahead: what is delivered was emitted, and what has
   * no outcome yet is left for the next look.
   */
  static DropStatistics running(KernelCounts kernel, long delivered, long skipped) {
    long emitted = Math.max(kernel.emitted(), delivered + skipped);
    return new DropStatistics(
        kernel.decided() - kernel.emitted() + emitted,
        kernel.excluded(),
        kernel.filtered(),
        kernel.limited(),
        kernel.lost(),
        emitted,
        delivered,
        skipped);
  }

  /**
   * The last account: nothing changes any more. Emitted and not delivered is lost in the ring; seen
   * without an outcome, which no run of the probe leaves, would be lost before it.
   */
  static DropStatistics closed(KernelCounts kernel, long delivered) {
    return new DropStatistics(
        kernel.seen(),
        kernel.excluded(),
        kernel.filtered(),
        kernel.limited(),
        kernel.lost() + kernel.seen() - kernel.decided(),
        kernel.emitted(),
        delivered,
        kernel.emitted() - delivered);
  }
}
