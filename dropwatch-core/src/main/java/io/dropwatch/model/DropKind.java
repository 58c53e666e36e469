package io.dropwatch.model;

import io.dropwatch.DropCounter;
import io.dropwatch.layers.Layers;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DropCounter} tells apart: drops of one kind have all of this in common.
 *
 * @param source who dropped it
 * @param reason why; for a hardware drop the name of the devlink trap
 * @param location the code that called kfree_skb; address 0 for a hardware drop
 * @param ifindex number of the packet's device in its namespace; 0 when it was on none
 * @param device the name that the device had at its first counted drop, for which {@link
 *     NetworkDevice#name}'s warning holds; null when it was on none or the name was not noted
 * @param netnsInum number of the network namespace, as {@link NetworkNamespace#inum}; 0 when
 *     unknown
 * @param etherType EtherType behind VLAN tags, host order; 0 when unknown
 * @param ipProtocol IANA number, for IPv6 the header that follows the fixed one, which may be an
 *     extension; 0 when it is not IP
 */
public record DropKind(
    DropSource source,
    DropReason reason,
    StackFrame location,
    int ifindex,
    @Nullable String device,
    long netnsInum,
    int etherType,
    int ipProtocol) {

  public DropKind {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(location, "location");
    device = device == null ? null : WellFormed.text(device);
  }

  /**
   * {@code IPv4/TCP}, {@code ARP}; numbers where there is no name: {@code 0x88b5}, {@code
   * IPv6/253}.
   */
  public String protocolLabel() {
    return Layers.label(etherType, ipProtocol);
  }
}
