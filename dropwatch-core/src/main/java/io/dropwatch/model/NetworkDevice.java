package io.dropwatch.model;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The device the packet was on ({@code skb->dev}) when it was dropped.
 *
 * <p>Immutable; later releases may add members.
 */
public final class NetworkDevice {
  private static final int IFF_UP = 1;
  private static final int IFF_LOWER_UP = 1 << 16;

  private final String name;
  private final int ifindex;
  private final int flags;
  private final int queueMapping;

  private NetworkDevice(String name, int ifindex, int flags, int queueMapping) {
    Objects.requireNonNull(name, "name");
    this.name = WellFormed.text(name);
    this.ifindex = ifindex;
    this.flags = flags;
    this.queueMapping = queueMapping;
  }

  /**
   * Returns a device with these members.
   *
   * @param name see {@link #name}
   * @param ifindex see {@link #ifindex}
   * @param flags see {@link #flags}
   * @param queueMapping see {@link #queueMapping}
   */
  public static NetworkDevice of(String name, int ifindex, int flags, int queueMapping) {
    return new NetworkDevice(name, ifindex, flags, queueMapping);
  }

  /** Returns the name, as in {@code ip link}: at most 15 bytes, which may be control characters. */
  public String name() {
    return name;
  }

  /** Returns the interface number, unique in its network namespace only. */
  public int ifindex() {
    return ifindex;
  }

  /** Returns the {@code IFF_…} bits of netdevice(7) as the kernel holds them; 0 when unknown. */
  public int flags() {
    return flags;
  }

  /** Returns {@code skb->queue_mapping}: the transmit queue, or the receive queue plus one. */
  public int queueMapping() {
    return queueMapping;
  }

  /**
   * Returns the administrative state and the carrier: {@code linkstatus_adminup} or {@code
   * linkstatus_admindown}, then {@code linkstatus_carrierup} or {@code linkstatus_carrierdown};
   * {@code unknown} alone when the flags are.
   */
  public List<String> linkStatus() {
    if (flags == 0) {
      return List.of("unknown");
    }
    return List.of(
        (flags & IFF_UP) != 0 ? "linkstatus_adminup" : "linkstatus_admindown",
        (flags & IFF_LOWER_UP) != 0 ? "linkstatus_carrierup" : "linkstatus_carrierdown");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NetworkDevice that
        && name.equals(that.name)
        && ifindex == that.ifindex
        && flags == that.flags
        && queueMapping == that.queueMapping;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, ifindex, flags, queueMapping);
  }

  @Override
  public String toString() {
    return "NetworkDevice[name=%s, ifindex=%s, flags=%s, queueMapping=%s]"
        .formatted(name, ifindex, flags, queueMapping);
  }
}
