package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import org.jspecify.annotations.Nullable;

/** Predicates of the link layer: the type of its payload, and its addresses. */
final class LinkPredicates {
  /** The largest 802.3 length; above it the field is an EtherType. */
  private static final int MAX_8023_LENGTH = 1500;

  private LinkPredicates() {}

  /**
   * The payload is of a type.
   *
   * @param type an EtherType, or an 802.2 service access point up to 1500
   */
  static Predicate carries(HeaderLayout layout, int type, Span span) {
    if (layout.labels() > 0) {
      return afterLabel(layout, type, span);
    }
    return switch (layout.framing()) {
      case RAW_IP -> version(layout, type);
      case PPP -> is(layout, EtherTypes.ppp(type));
      case ETHERNET, SKB -> ethernet(layout, type);
    };
  }

  /** An 802.2 frame: the field is a length. */
  static Predicate is8023(HeaderLayout layout) {
    // skb->protocol is ETH_P_802_2 or ETH_P_802_3 for such frames, and 0 when unknown.
    return layout.onType(
        type -> {
          Predicate length = Predicate.not(Predicate.greater(type, MAX_8023_LENGTH));
          return layout.framing() == HeaderLayout.Framing.SKB
              ? Predicate.all(Predicate.not(Predicate.equal(type, 0)), length)
              : length;
        });
  }

  /** An 802.2 frame that is not NetWare's raw 802.3. */
  static Predicate isLlc(HeaderLayout layout) {
    return Predicate.all(is8023(layout), Predicate.not(Predicate.equal(llc(layout, 0, 2), 0xffff)));
  }

  /** A field of the 802.2 header. */
  static Operand llc(HeaderLayout layout, int offset, int size) {
    return layout.payload().load(offset, size);
  }

  private static Predicate afterLabel(HeaderLayout layout, int type, Span span) {
    int version =
        switch (type) {
          case EtherTypes.IP -> 0x40;
          case EtherTypes.IP6 -> 0x60;
          default ->
              throw SyntaxFault.at(
                  span, "after an MPLS label only IPv4 and IPv6 can be recognized");
        };
    return Predicate.all(
        Predicate.equal(layout.network(-2, 1), 1, 1),
        Predicate.equal(layout.network(0, 1), 0xf0, version));
  }

  private static Predicate version(HeaderLayout layout, int type) {
    Operand first = layout.linkHeader().load(0, 1);
    return switch (type) {
      case EtherTypes.IP -> Predicate.equal(first, 0xf0, 0x40);
      case EtherTypes.IP6 -> Predicate.equal(first, 0xf0, 0x60);
      default -> new Predicate.Always(false);
    };
  }

  private static Predicate ethernet(HeaderLayout layout, int type) {
    Predicate field = is(layout, type);
    return switch (type) {
      case EtherTypes.SAP_OSI, EtherTypes.SAP_IP, EtherTypes.SAP_NETBEUI ->
          Predicate.all(is8023(layout), Predicate.equal(llc(layout, 0, 2), (type << 8) | type));
      case EtherTypes.SAP_IPX ->
          Predicate.any(
              is(layout, EtherTypes.IPX),
              Predicate.all(
                  is8023(layout),
                  Predicate.any(
                      snap(layout, 0, EtherTypes.IPX),
                      Predicate.equal(llc(layout, 0, 1), EtherTypes.SAP_IPX),
                      Predicate.equal(llc(layout, 0, 2), 0xffff))));
      case EtherTypes.ATALK ->
          Predicate.any(
              field, Predicate.all(is8023(layout), snap(layout, 0x080007, EtherTypes.ATALK)));
      case EtherTypes.AARP ->
          Predicate.any(field, Predicate.all(is8023(layout), snap(layout, 0, EtherTypes.AARP)));
      default ->
          type > MAX_8023_LENGTH || type < 0
              ? field
              : Predicate.all(is8023(layout), sap(layout, type));
    };
  }

  // libpcap reads after the length field, which inside Geneve need not be the payload.
  private static Predicate sap(HeaderLayout layout, int sap) {
    Position field = layout.typePosition();
    return Predicate.equal(field == null ? llc(layout, 0, 1) : field.load(2, 1), sap);
  }

  private static Predicate snap(HeaderLayout layout, int organization, int type) {
    return Predicate.all(
        Predicate.equal(llc(layout, 4, 4), (organization << 16) | type),
        Predicate.equal(llc(layout, 0, 4), 0xaaaa0300 | (organization >>> 16)));
  }

  private static Predicate is(HeaderLayout layout, int type) {
    return layout.onType(field -> Predicate.equal(field, type));
  }

  /** There is a link-layer header: of an inner frame, or in front of the window. */
  static @Nullable Predicate headerPresent(HeaderLayout layout) {
    if (layout.framing() == HeaderLayout.Framing.SKB) {
      return Predicate.equal(new Operand.Metadata(MetadataField.MAC_LENGTH), 14);
    }
    Operand link = layout.linkHeader().base();
    Operand payload = layout.payload().base();
    return layout.tunnelled() && link != null && payload != null
        ? Predicate.not(new Predicate.Compare(link, Predicate.Relation.EQUAL, payload))
        : null;
  }

  /** Six bytes of the link-layer header. */
  static Predicate mac(HeaderLayout layout, int offset, long address) {
    Position header = layout.linkHeader();
    return Predicate.all(
        Predicate.equal(header.load(offset + 2, 4), (int) address),
        Predicate.equal(header.load(offset, 2), (int) (address >>> 32)));
  }
}
