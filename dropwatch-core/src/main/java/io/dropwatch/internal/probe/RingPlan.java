package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfRing;
import io.dropwatch.bpf.Libbpf;
import io.dropwatch.model.RingKind;

/** The ring that the probe writes to. Sizes are powers of two of at least a page. */
public sealed interface RingPlan {
  /** Maximum size of a BPF ring, and of the perf ring of a CPU. */
  int MAX_BYTES = 1 << 30;

  /**
   * One perf ring for each online CPU.
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
   * Returns the ring for a kind on this machine. See {@link RingKind}.
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

  /** Returns the memory of the perf rings of all CPUs, rounded up to a power of two. */
  static int shared(int bytesPerCpu, int cpus) {
    long wanted = (long) bytesPerCpu * cpus;
    long rounded = Long.highestOneBit(wanted) == wanted ? wanted : Long.highestOneBit(wanted) << 1;
    return (int) Math.min(rounded, MAX_BYTES);
  }
}
