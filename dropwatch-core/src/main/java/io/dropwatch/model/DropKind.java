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
  /** Stands for all protocols without a name, which are one kind: {@value}. */
  public static final int OTHER_PROTOCOL = -1;

  /** The {@link #user} of a kind that is not a user's: {@value}. */
  public static final long NO_USER = -1;

  /** Drops of kinds that were removed because the table was nearly full. */
  public static final DropKind REMOVED =
      builder().reason(new DropReason(DropReason.NOT_SUPPORTED.value(), "OTHER")).other().build();

  private final DropSource source;
  private final DropReason reason;
  private final StackFrame location;
  private final int ifindex;
  private final @Nullable String device;
  private final NetworkNamespace namespace;
  private final int etherType;
  private final int ipProtocol;
  private final boolean other;
  private final long user;

  private DropKind(Builder from) {
    source = from.source;
    reason = from.reason;
    location = from.location;
    ifindex = from.ifindex;
    device = from.device;
    namespace = from.namespace;
    etherType = from.etherType;
    ipProtocol = from.ipProtocol;
    other = from.other;
    user = from.user;
  }

  /** Returns a builder of a software drop of which nothing is known. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the members of {@link DropKind}, each by its name. Not thread-safe. */
  public static final class Builder {
    private DropSource source = DropSource.SOFTWARE;
    private DropReason reason = DropReason.NOT_SUPPORTED;
    private StackFrame location = StackFrame.unknown(0);
    private int ifindex;
    private @Nullable String device;
    private NetworkNamespace namespace = NetworkNamespace.of(0, 0);
    private int etherType;
    private int ipProtocol;
    private boolean other;
    private long user = NO_USER;

    private Builder() {}

    /** See {@link DropKind#source}. */
    public Builder source(DropSource source) {
      this.source = Objects.requireNonNull(source, "source");
      return this;
    }

    /** See {@link DropKind#reason}. */
    public Builder reason(DropReason reason) {
      this.reason = Objects.requireNonNull(reason, "reason");
      return this;
    }

    /** See {@link DropKind#location}. */
    public Builder location(StackFrame location) {
      this.location = Objects.requireNonNull(location, "location");
      return this;
    }

    /** See {@link DropKind#ifindex} and {@link DropKind#device}. */
    public Builder device(int ifindex, @Nullable String name) {
      this.ifindex = ifindex;
      this.device = name == null ? null : WellFormed.text(name);
      return this;
    }

    /** See {@link DropKind#networkNamespace}. */
    public Builder networkNamespace(NetworkNamespace namespace) {
      this.namespace = Objects.requireNonNull(namespace, "namespace");
      return this;
    }

    /** See {@link DropKind#etherType} and {@link DropKind#ipProtocol}. */
    public Builder protocol(int etherType, int ipProtocol) {
      this.etherType = etherType;
      this.ipProtocol = ipProtocol;
      return this;
    }

    /** See {@link DropKind#isOther}. */
    public Builder other() {
      this.other = true;
      return this;
    }

    /** See {@link DropKind#user}. */
    public Builder user(long uid) {
      this.user = uid;
      return this;
    }

    /** Returns the kind. */
    public DropKind build() {
      return new DropKind(this);
    }
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
   * Returns the network namespace. The kernel gives the number of a deleted namespace to another
   * one, but not its cookie.
   */
  public NetworkNamespace networkNamespace() {
    return namespace;
  }

  /** Returns the EtherType after VLAN tags, host order; 0 when unknown; {@link #OTHER_PROTOCOL}. */
  public int etherType() {
    return etherType;
  }

  /**
   * Returns the IANA number, for IPv6 the header that follows the fixed one, which may be an
   * extension; 0 when it is not IP; {@link #OTHER_PROTOCOL}.
   */
  public int ipProtocol() {
    return ipProtocol;
  }

  /** Returns whether this holds the drops of many kinds. Then most members are unknown. */
  public boolean isOther() {
    return other;
  }

  /**
   * Returns the user who made the network namespaces of an {@linkplain #isOther other kind}: an id
   * in the initial user namespace; {@link #NO_USER} if they are root's.
   */
  public long user() {
    return user;
  }

  /** Returns {@code IPv4/TCP}, {@code ARP}; {@code other}, {@code IPv6/other} without a name. */
  public String protocolLabel() {
    return Layers.label(etherType, ipProtocol);
  }

  @Override
  public boolean equals(@Nullable Object object) {
    return object instanceof DropKind that
        && source.equals(that.source)
        && reason.equals(that.reason)
        && location.equals(that.location)
        && ifindex == that.ifindex
        && Objects.equals(device, that.device)
        && namespace.equals(that.namespace)
        && etherType == that.etherType
        && ipProtocol == that.ipProtocol
        && other == that.other
        && user == that.user;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        source, reason, location, ifindex, device, namespace, etherType, ipProtocol, other, user);
  }

  @Override
  public String toString() {
    return "DropKind[source=%s, reason=%s, location=%s, ifindex=%s, device=%s, networkNamespace=%s, etherType=%s, ipProtocol=%s, other=%s, user=%s]"
        .formatted(
            source,
            reason,
            location,
            ifindex,
            device,
            namespace,
            etherType,
            ipProtocol,
            other,
            user);
  }
}
