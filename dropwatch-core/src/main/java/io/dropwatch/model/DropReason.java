package io.dropwatch.model;

import java.util.Objects;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The reason of a drop: a member of {@code enum skb_drop_reason}, or of the enum of a subsystem
 * such as Open vSwitch. The numbers differ between kernels. Compare and store the name, which comes
 * from the BTF of the running kernel.
 *
 * @param value the number the kernel passed to kfree_skb, an unsigned 32-bit value whose upper half
 *     is the subsystem; -1 where the kernel passes none, as for hardware drops
 * @param name such as {@code SKB_DROP_REASON_TCP_CSUM} or {@code OVS_DROP_LAST_ACTION}; where the
 *     kernel's BTF has no name for it, see {@link #unnamed(int, String)}; for a hardware drop the
 *     name of the devlink trap
 */
public record DropReason(int value, String name) {
  /** Whether drops with a reason are losses. Later releases may have more constants. */
  public enum Nature {
    /** The receiver misses the packet. */
    LOSS,
    /** The packet had served its purpose, or was for no application of this host. */
    NORMAL,
    /** The reason alone does not say. */
    UNKNOWN
  }

  private static final String PREFIX = "SKB_DROP_REASON_";
  private static final String UNNAMED = "_REASON_";

  /** The reason of all drops on kernels that give none (before Linux 5.17). */
  public static final DropReason NOT_SUPPORTED = new DropReason(-1, "NOT_SUPPORTED");

  public DropReason {
    Objects.requireNonNull(name, "name");
    name = WellFormed.text(name);
  }

  /** Returns a reason that the kernel's BTF does not name, of a subsystem without a name. */
  public static DropReason unnamed(int value) {
    return unnamed(value, null);
  }

  /**
   * Returns a reason that the kernel's BTF does not name. Its name is {@code 77} in the core,
   * {@code OPENVSWITCH_REASON_3} in a subsystem, {@code SUBSYSTEM_5_REASON_3} in one that has no
   * name.
   *
   * @param subsystem what the kernel calls the subsystem, {@code OPENVSWITCH}; null when unknown
   */
  public static DropReason unnamed(int value, @Nullable String subsystem) {
    int number = value >>> 16;
    if (number == 0) {
      return new DropReason(value, Integer.toString(value));
    }
    String name = subsystem == null ? "SUBSYSTEM_" + number : subsystem;
    return new DropReason(value, name + UNNAMED + (value & 0xffff));
  }

  /** Returns the name without {@code SKB_DROP_REASON_}, such as {@code TCP_CSUM}. */
  public String shortName() {
    return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }

  /**
   * Returns whether this is the reason of that name.
   *
   * <pre>{@code
   * if (event.reason().is(DropReasons.NO_SOCKET)) {
   *   closedPorts.increment();
   * }
   * }</pre>
   *
   * @param name with or without {@code SKB_DROP_REASON_}
   */
  public boolean is(String name) {
    return this.name.equals(name)
        || (this.name.startsWith(PREFIX)
            && this.name.length() == PREFIX.length() + name.length()
            && this.name.endsWith(name));
  }

  /** Returns whether the name is the kernel's, and not made of the number. */
  public boolean isNamed() {
    return !name.equals(Integer.toUnsignedString(value)) && !name.endsWith(UNNAMED + number());
  }

  /**
   * Returns the number of the subsystem, 0 to 65535: 0 for the core, and without a number. The
   * numbers of subsystems differ between kernels.
   */
  public int subsystem() {
    return value == -1 ? 0 : value >>> 16;
  }

  /** Returns the number within the subsystem, 0 to 65535; -1 without a number. */
  public int number() {
    return value == -1 ? -1 : value & 0xffff;
  }

  /**
   * Returns whether this is a loss; {@link Nature#UNKNOWN} for a reason without explanation. See
   * {@link #nature(String)} for a reason that is a loss in some functions only.
   */
  public Nature nature() {
    return nature(null);
  }

  /**
   * Returns whether this is a loss where a kernel function dropped the packet.
   *
   * @param function as in /proc/kallsyms; null when it is not known
   */
  public Nature nature(@Nullable String function) {
    return ReasonTable.nature(name, function);
  }

  /**
   * Returns one sentence that explains the reason; null if there is none. There is one for each
   * reason of the core and of subsystems up to Linux 7.3.
   */
  public @Nullable String explanation() {
    return explanation(null);
  }

  /**
   * Returns one sentence that explains the reason where a kernel function dropped the packet:
   * {@code IP_INHDR} is a malformed header in {@code ip_rcv_core}, and an expired TTL in {@code
   * ip_forward}.
   *
   * @param function as in /proc/kallsyms; null when it is not known
   * @return {@link #explanation()} for a function without a sentence of its own
   */
  public @Nullable String explanation(@Nullable String function) {
    return ReasonTable.explanation(name, function);
  }

  /** Returns the functions for which {@link #explanation(String)} has a sentence of its own. */
  public SortedSet<String> explainedFunctions() {
    return ReasonTable.functions(name);
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name;
  }
}
