package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Offsets of the headers for the primitive that is being checked.
 *
 * @param framing where the type of the payload is read
 * @param linkHeader first byte of the link-layer header
 * @param type the ethertype or length field, or the PPP protocol; null for raw IP
 * @param typePosition where that field is, null when it is not in the packet
 * @param payload first byte after the link-layer header
 * @param network distance from payload to the network header
 * @param networkNoSnap the same after an 802.2 header
 * @param labels MPLS labels passed
 * @param tags VLAN tags passed
 * @param tunnelled whether linkHeader is inside Geneve, where it may be missing
 * @param tagged the last VLAN tag, in the kernel's view; null: none
 */
record HeaderLayout(
    Framing framing,
    Position linkHeader,
    @Nullable Operand type,
    @Nullable Position typePosition,
    Position payload,
    int network,
    int networkNoSnap,
    int labels,
    int tags,
    boolean tunnelled,
    @Nullable Tagged tagged) {

  /** Where the type of the payload is read. */
  enum Framing {
    /** An Ethernet header. */
    ETHERNET,
    /** The version nibble of an IP header. */
    RAW_IP,
    /** A PPP protocol field. */
    PPP,
    /** The kernel's metadata. */
    SKB
  }

  static HeaderLayout ethernet() {
    Position type = Position.window(12);
    return new HeaderLayout(
        Framing.ETHERNET,
        Position.window(0),
        type.load(0, 2),
        type,
        Position.window(14),
        0,
        3,
        0,
        0,
        false,
        null);
  }

  static HeaderLayout rawIp() {
    Position start = Position.window(0);
    return new HeaderLayout(Framing.RAW_IP, start, null, null, start, 0, 0, 0, 0, false, null);
  }

  static HeaderLayout skb() {
    return new HeaderLayout(
        Framing.SKB,
        new Position(Operand.Area.MAC, null, 0),
        new Operand.Metadata(MetadataField.PROTOCOL),
        null,
        Position.window(0),
        0,
        3,
        0,
        0,
        false,
        null);
  }

  /** Returns a load from the network header. */
  Operand network(int offset, int size) {
    return payload.load(network + offset, size);
  }

  /** Returns the position of the network header. */
  Position networkPosition() {
    return payload.plus(network);
  }

  /** Returns the length of the IPv4 header in bytes. */
  Operand ipv4HeaderLength() {
    Operand low = Operand.of(Operand.Operator.AND, network(0, 1), Operand.of(0xf));
    return Operand.of(Operand.Operator.SHIFT_LEFT, low, Operand.of(2));
  }

  /**
   * Returns the variable part of the payload's position plus the length of the IPv4 header; with
   * {@link #networkPosition} added, the position of the transport header.
   */
  Position ipv4Transport() {
    Operand base = payload.base();
    Operand length = ipv4HeaderLength();
    Operand index = base == null ? length : Operand.of(Operand.Operator.ADD, length, base);
    return new Position(payload.area(), index, payload.offset() + network);
  }

  /** Returns the position after the fixed IPv6 header. */
  Position ipv6Transport() {
    return networkPosition().plus(40);
  }

  HeaderLayout afterTag() {
    Position next = typePosition == null ? null : typePosition.plus(4);
    return new HeaderLayout(
        framing,
        linkHeader,
        next == null ? type : next.load(0, 2),
        next,
        payload.plus(4),
        network,
        networkNoSnap,
        labels,
        tags + 1,
        tunnelled,
        null);
  }

  HeaderLayout afterLabel() {
    return new HeaderLayout(
        framing,
        linkHeader,
        type,
        typePosition,
        payload,
        network + 4,
        networkNoSnap + 4,
        labels + 1,
        tags,
        tunnelled,
        tagged);
  }

  HeaderLayout afterPppoe() {
    Position ppp = payload.plus(network + 6);
    return new HeaderLayout(
        Framing.PPP, ppp, ppp.load(0, 2), ppp, ppp.plus(2), 0, 0, labels, tags, false, null);
  }

  /** Returns the layout inside a tunnel; the three positions are computed from the packet. */
  HeaderLayout inside(Operand link, Operand typeAt, Operand payloadAt) {
    Position type = Position.at(typeAt);
    return new HeaderLayout(
        Framing.ETHERNET,
        Position.at(link),
        type.load(0, 2),
        type,
        Position.at(payloadAt),
        0,
        networkNoSnap,
        labels,
        tags,
        true,
        null);
  }

  /** Returns whether this is the kernel's view of a packet after a tag, and that one before it. */
  boolean hasOneMoreTagThan(HeaderLayout before) {
    return framing == Framing.SKB && before.tags + 1 == tags && tagged != null;
  }

  /**
   * Returns the layout of packets of which only one of two is certain: in the kernel's view the one
   * with fewer tags, otherwise the one that is written later.
   */
  HeaderLayout common(HeaderLayout later) {
    return differsInTags(later) && tags < later.tags ? this : later;
  }

  /** Returns the layout of packets of which both are certain. */
  HeaderLayout deeper(HeaderLayout later) {
    return differsInTags(later) && tags > later.tags ? this : later;
  }

  private boolean differsInTags(HeaderLayout other) {
    return framing == Framing.SKB && other.framing == Framing.SKB && labels == other.labels;
  }

  /**
   * Returns the layout of the kernel's view after a tag.
   *
   * @param inFrame 1 when the tag is at the start of the window, 0 when it is in the metadata
   * @param shift distance by which the payload moved, in bytes
   */
  HeaderLayout afterSkbTag(Operand.Variable inFrame, Operand.Variable shift) {
    return new HeaderLayout(
        Framing.SKB,
        linkHeader,
        type,
        null,
        new Position(Operand.Area.WINDOW, shift, payload.offset()),
        network,
        networkNoSnap,
        labels,
        tags + 1,
        tunnelled,
        new Tagged(this, inFrame, shift));
  }

  /** A VLAN tag in the kernel's view: the layout before it, and where the tag is. */
  record Tagged(HeaderLayout before, Operand.Variable inFrame, Operand.Variable shift) {}

  /** Returns a predicate on the field that has the type of the payload. */
  Predicate onType(Function<Operand, Predicate> test) {
    if (tagged != null) {
      return Predicate.any(
          Predicate.all(
              Predicate.equal(tagged.inFrame(), 1), test.apply(tagged.before().network(2, 2))),
          Predicate.all(Predicate.equal(tagged.inFrame(), 0), tagged.before().onType(test)));
    }
    if (type == null) {
      throw new IllegalStateException("raw IP has no type field");
    }
    return test.apply(type);
  }
}
