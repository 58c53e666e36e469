package io.dropwatch.model;

import java.util.List;
import java.util.Objects;

/**
 * The device the packet was on ({@code skb->dev}) when it was dropped.
 *
 * @param name as in {@code ip link}; at most 15 bytes that the kernel hardly restricts, so not fit
 *     for a terminal as it is
 * @param ifindex interface number, unique in its network namespace only
 * @param flags {@code IFF_…} bits of netdevice(7) as the kernel holds them; 0 when unknown
 * @param queueMapping {@code skb->queue_mapping}: the transmit queue, or the receive queue plus one
 */
public record NetworkDevice(String name, int ifindex, int flags, int queueMapping) {
  private static final int IFF_UP = 1;
  private static final int IFF_LOWER_UP = 1 << 16;

  public NetworkDevice {
    Objects.requireNonNull(name, "name");
    name = WellFormed.text(name);
  }

  /**
   * The administrator's wish and the carrier: {@code linkstatus_adminup} or {@code
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
}
