package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfRing;
import io.dropwatch.bpf.Libbpf;
import io.dropwatch.model.RingKind;

/** Which ring the probe writes into. Sizes are powers of two of at least a page. */
public sealed interface RingPlan {
  /** The kernel's limit, also of one CPU's perf ring. */
  int MOST_BYTES = 1 << 30;

  /**
   * One perf ring for each CPU that runs.
   *
   * @param bytesPerCpu size of each
   */
  record Perf(int bytesPerCpu) implements RingPlan {
    @Override
    public String toString() {
      return "a perf ring of " + bytesPerCpu + " bytes for each CPU";
    }
  }

  /**
   * One BPF ring.
   *
   * @param bytes for all CPUs together
   */
  record Bpf(int bytes) implements RingPlan {
    @Override
    public String toString() {
      return "a BPF ring of " + bytes + " bytes for all CPUs";
    }
  }

  /**
   * What was asked for, on this machine. See {@link RingKind}.
   *
   * @throws io.dropwatch.bpf.BpfException if libbpf is missing, or sysfs does not tell the CPUs
   */
  static RingPlan of(RingKind kind, int bytesPerCpu) {
    return switch (kind) {
      case PERF -> new Perf(bytesPerCpu);
      case BPF -> new Bpf(shared(bytesPerCpu, Libbpf.onlineCpus()));
      case AUTO ->
          BpfRing.isSupported()
              ? new Bpf(shared(bytesPerCpu, Libbpf.onlineCpus()))
              : new Perf(bytesPerCpu);
    };
  }

  /** The memory of so many perf rings, rounded up to a power of two. */
  static int shared(int bytesPerCpu, int cpus) {
    long wanted = (long) bytesPerCpu * cpus;
    long rounded = Long.highestOneBit(wanted) == wanted ? wanted : Long.highestOneBit(wanted) << 1;
    return (int) Math.min(rounded, MOST_BYTES);
  }
}
