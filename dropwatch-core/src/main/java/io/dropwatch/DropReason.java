package io.dropwatch;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why the kernel dropped the packet: a member of {@code enum skb_drop_reason}. The numbers differ
 * from kernel to kernel, so {@code name} comes from the running kernel's BTF and is what to compare
 * and to store.
 *
 * @param value the number the kernel passed to kfree_skb, an unsigned 32-bit value whose upper half
 *     is the subsystem; -1 where the kernel passes none
 * @param name such as {@code SKB_DROP_REASON_TCP_CSUM}; the decimal number when the kernel's BTF
 *     has no name for it; for a hardware drop the name of the devlink trap
 */
public record DropReason(int value, String name) {
  /** Whether a drop for some reason is something to look into. */
  public enum Nature {
    /** Somebody misses the packet, or would have to. */
    LOSS,
    /** The packet had served its purpose or was never meant to be taken: no application notices. */
    NORMAL,
    /** The reason does not tell. */
    UNKNOWN
  }

  /** The kernel gives no reasons (before 5.17). */
  public static final DropReason NOT_SUPPORTED = new DropReason(-1, "NOT_SUPPORTED");

  public DropReason {
    Objects.requireNonNull(name, "name");
    name = WellFormed.text(name);
  }

  /** A reason that the kernel's BTF does not name: its name is the unsigned decimal number. */
  public static DropReason unnamed(int value) {
    return new DropReason(value, Integer.toUnsignedString(value));
  }

  /** Whether this is a loss; {@link Nature#UNKNOWN} for a reason that we do not know. */
  public Nature nature() {
    return ReasonTable.nature(name);
  }

  /**
   * One sentence on what happened, for people who do not read kernel sources; null for a reason
   * that we do not know. Core reasons of kernels up to 6.18 are known, by name.
   */
  public @Nullable String explanation() {
    return ReasonTable.explanation(name);
  }

  /** The name alone. */
  @Override
  public String toString() {
    return name;
  }
}
