package io.dropwatch.model;

/** The kind of ring between kernel and process. Later releases may have more constants. */
public enum RingKind {
  /**
   * {@link #BPF} if the kernel has it, else {@link #PERF}. The BPF ring loses nothing on a CPU that
   * comes online later, works where perf_event_open(2) is refused (Debian's
   * kernel.perf_event_paranoid = 3), offers the memory of all CPUs to a burst on one, and keeps the
   * order of events across CPUs.
   */
  AUTO,

  /**
   * A perf ring for each CPU. CPUs do not contend for it. A CPU that comes online later gets its
   * ring within 100 ms; its drops before that are counted as {@link DropStatistics#lostNoRing}. If
   * the ring cannot be opened, {@link io.dropwatch.DropWatcherBuilder#onWarning} gets the cause.
   * Any kernel.
   */
  PERF,

  /** One BPF ring buffer for all CPUs. Linux 5.8 and later. */
  BPF
}
