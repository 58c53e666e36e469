package io.dropwatch.model;

/** How records come from the kernel to this process. */
public enum RingKind {
  /**
   * {@link #BPF} where the kernel has it, which is asked by making one, else {@link #PERF}. The BPF
   * ring loses nothing on a CPU that comes online later, works where perf_event_open(2) is refused
   * (Debian's kernel.perf_event_paranoid = 3), gives a burst on one CPU the room of all, and keeps
   * the order of events across CPUs.
   */
  AUTO,

  /**
   * A perf ring for each CPU. CPUs do not contend for it, which counts on hosts where many drop
   * millions of packets a second at once. A CPU that comes online later gets its own within 100 ms,
   * and what it drops before is counted as {@link DropStatistics#lostNoRing}; if it cannot have
   * one, {@link io.dropwatch.DropWatcherBuilder#onWarning} tells why. Any kernel.
   */
  PERF,

  /** One BPF ring buffer for all CPUs. Linux 5.8 and later. */
  BPF
}
