package io.dropwatch.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a watcher gets its events from the kernel. Immutable; later releases may add facts. */
public final class ProbeInfo {
  private final RingKind ring;
  private final int ringBytes;
  private final boolean chosen;
  private final @Nullable String noHardwareDrops;

  private ProbeInfo(
      RingKind ring, int ringBytes, boolean chosen, @Nullable String noHardwareDrops) {
    this.ring = ring;
    this.ringBytes = ringBytes;
    this.chosen = chosen;
    this.noHardwareDrops = noHardwareDrops;
  }

  /**
   * Returns the facts of a probe.
   *
   * @param ring {@link RingKind#PERF} or {@link RingKind#BPF}
   * @param ringBytes see {@link #ringBytes}
   * @param chosen whether this library chose the kind ({@link RingKind#AUTO})
   * @param noHardwareDrops why drops by devices are not watched; null: they are
   * @throws IllegalArgumentException if the ring is {@link RingKind#AUTO}
   */
  public static ProbeInfo of(
      RingKind ring, int ringBytes, boolean chosen, @Nullable String noHardwareDrops) {
    if (Objects.requireNonNull(ring, "ring") == RingKind.AUTO) {
      throw new IllegalArgumentException("ring must be PERF or BPF, was AUTO");
    }
    return new ProbeInfo(ring, ringBytes, chosen, noHardwareDrops);
  }

  /** Returns the kind of ring: {@link RingKind#PERF} or {@link RingKind#BPF}. */
  public RingKind ring() {
    return ring;
  }

  /**
   * Returns the size in bytes: of the ring of each CPU for {@link RingKind#PERF}, of the one ring
   * for {@link RingKind#BPF}.
   */
  public int ringBytes() {
    return ringBytes;
  }

  /**
   * Returns whether {@linkplain DropSource#HARDWARE drops by devices} are watched, which needs a
   * kernel with devlink traps.
   */
  public boolean watchesHardware() {
    return noHardwareDrops == null;
  }

  /**
   * Returns the facts for people, in one line: {@code a BPF ring of 2097152 bytes for all CPUs, as
   * this kernel has one; hardware drops by devlink traps}.
   */
  @Override
  public String toString() {
    boolean bpf = ring == RingKind.BPF;
    StringBuilder text = new StringBuilder(bpf ? "a BPF ring of " : "a perf ring of ");
    text.append(ringBytes).append(bpf ? " bytes for all CPUs" : " bytes for each CPU");
    if (chosen) {
      text.append(bpf ? ", as this kernel has one" : ", as this kernel has no BPF ring");
    }
    return text.append(
            noHardwareDrops == null
                ? "; hardware drops by devlink traps"
                : "; no hardware drops: " + noHardwareDrops)
        .toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProbeInfo that
        && ring == that.ring
        && ringBytes == that.ringBytes
        && chosen == that.chosen
        && Objects.equals(noHardwareDrops, that.noHardwareDrops);
  }

  @Override
  public int hashCode() {
    return Objects.hash(ring, ringBytes, chosen, noHardwareDrops);
  }
}
