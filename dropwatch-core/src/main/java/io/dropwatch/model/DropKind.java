package io.dropwatch.model;

import io.dropwatch.layers.Layers;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A kind of drops, which a {@link io.dropwatch.DropCounter} counts separately: they have all of
 * this in common.
 *
 * <p>Immutable; later releases may add members.
 */
public final class DropKind {
  private final DropSource source;
  private final DropReason reason;
  private final StackFrame location;
  private final int ifindex;
  private final @Nullable String device;
  private final long netnsInum;
  private final int etherType;
  private final int ipProtocol;

  private DropKind(
      DropSource source,
      DropReason reason,
      StackFrame location,
      int ifindex,
      @Nullable String device,
      long netnsInum,
      int etherType,
      int ipProtocol) {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(location, "location");
    this.device = device == null ? null : WellFormed.text(device);
    this.source = source;
    this.reason = reason;
    this.location = location;
    this.ifindex = ifindex;
    this.netnsInum = netnsInum;
    this.etherType = etherType;
    this.ipProtocol = ipProtocol;
  }

  /**
   * Returns a kind with these members.
   *
   * @param source see {@link #source}
   * @param reason see {@link #reason}
   * @param location see {@link #location}
   * @param ifindex see {@link #ifindex}
   * @param device see {@link #device}
   * @param netnsInum see {@link #netnsInum}
   * @param etherType see {@link #etherType}
   * @param ipProtocol see {@link #ipProtocol}
   */
  public static DropKind of(
      DropSource source,
      DropReason reason,
      StackFrame location,
      int ifindex,
      @Nullable String device,
      long netnsInum,
      int etherType,
      int ipProtocol) {
    return new DropKind(
        source, reason, location, ifindex, device, netnsInum, etherType, ipProtocol);
  }

  /** Returns whether the network stack or a device dropped it. */
  public DropSource source() {
    return source;
  }

  /** Returns the reason; for a hardware drop the name of the devlink trap. */
  public DropReason reason() {
    return reason;
  }

  /** Returns the frame that called kfree_skb; address 0 for a hardware drop. */
  public StackFrame location() {
    return location;
  }

  /** Returns the number of the packet's device in its namespace; 0 when it was on none. */
  public int ifindex() {
    return ifindex;
  }

  /**
   * Returns the name that the device had at its first counted drop, as {@link NetworkDevice#name};
   * null when it was on none or the name was not noted.
   */
  public @Nullable String device() {
    return device;
  }

  /**
   * Returns the number of the network namespace, as {@link NetworkNamespace#inum}; 0 when unknown.
   */
  public long netnsInum() {
    return netnsInum;
  }

  /** Returns the EtherType after VLAN tags, host order; 0 when unknown. */
  public int etherType() {
    return etherType;
  }

  /**
   * Returns the IANA number, for IPv6 the header that follows the fixed one, which may be an
   * extension; 0 when it is not IP.
   */
  public int ipProtocol() {
    return ipProtocol;
  }

  /**
   * {@code IPv4/TCP}, {@code ARP}; numbers where there is no name: {@code 0x88b5}, {@code
   * IPv6/253}.
   */
  public String protocolLabel() {
    return Layers.label(etherType, ipProtocol);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DropKind that
        && source.equals(that.source)
        && reason.equals(that.reason)
        && location.equals(that.location)
        && ifindex == that.ifindex
        && Objects.equals(device, that.device)
        && netnsInum == that.netnsInum
        && etherType == that.etherType
        && ipProtocol == that.ipProtocol;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        source, reason, location, ifindex, device, netnsInum, etherType, ipProtocol);
  }

  @Override
  public String toString() {
    return "DropKind[source=%s, reason=%s, location=%s, ifindex=%s, device=%s, netnsInum=%s, etherType=%s, ipProtocol=%s]"
        .formatted(source, reason, location, ifindex, device, netnsInum, etherType, ipProtocol);
  }
}
