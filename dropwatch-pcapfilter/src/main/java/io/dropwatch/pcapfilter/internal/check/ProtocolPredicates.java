package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.ast.Protocol;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Predicates of protocol names, and of {@code proto} with a number. */
final class ProtocolPredicates {
  private static final int FRAGMENT = 44;
  private static final int ESIS = 0x82;
  private static final int ISIS = 0x83;
  private static final int CLNP = 0x81;

  private ProtocolPredicates() {}

  /** A protocol name alone. */
  static Predicate named(HeaderLayout layout, Protocol protocol, Span span) {
    return switch (protocol) {
      case LINK ->
          throw SyntaxFault.at(
                  span, "every packet has a link layer: its name alone is not a condition")
              .expecting("'host', 'proto', 'broadcast', 'multicast' or '[' after it");
      case IP -> LinkPredicates.carries(layout, EtherTypes.IP, span);
      case IP6 -> LinkPredicates.carries(layout, EtherTypes.IP6, span);
      case ARP -> LinkPredicates.carries(layout, EtherTypes.ARP, span);
      case RARP -> LinkPredicates.carries(layout, EtherTypes.RARP, span);
      case ATALK -> LinkPredicates.carries(layout, EtherTypes.ATALK, span);
      case AARP -> LinkPredicates.carries(layout, EtherTypes.AARP, span);
      case DECNET -> LinkPredicates.carries(layout, EtherTypes.DECNET, span);
      case LAT -> LinkPredicates.carries(layout, EtherTypes.LAT, span);
      case SCA -> LinkPredicates.carries(layout, EtherTypes.SCA, span);
      case MOPDL -> LinkPredicates.carries(layout, EtherTypes.MOPDL, span);
      case MOPRC -> LinkPredicates.carries(layout, EtherTypes.MOPRC, span);
      case ISO -> LinkPredicates.carries(layout, EtherTypes.SAP_OSI, span);
      case STP -> LinkPredicates.carries(layout, EtherTypes.SAP_STP, span);
      case IPX -> LinkPredicates.carries(layout, EtherTypes.SAP_IPX, span);
      case NETBEUI -> LinkPredicates.carries(layout, EtherTypes.SAP_NETBEUI, span);
      case TCP -> numbered(layout, null, 6, span);
      case UDP -> numbered(layout, null, 17, span);
      case SCTP -> numbered(layout, null, 132, span);
      case PIM -> numbered(layout, null, 103, span);
      case AH -> numbered(layout, null, 51, span);
      case ESP -> numbered(layout, null, 50, span);
      case ICMP -> numbered(layout, Protocol.IP, 1, span);
      case IGMP -> numbered(layout, Protocol.IP, 2, span);
      case IGRP -> numbered(layout, Protocol.IP, 9, span);
      case VRRP, CARP -> numbered(layout, Protocol.IP, 112, span);
      case ICMP6 -> numbered(layout, Protocol.IP6, 58, span);
      case ESIS -> numbered(layout, Protocol.ISO, ESIS, span);
      case ISIS -> numbered(layout, Protocol.ISO, ISIS, span);
      case CLNP -> numbered(layout, Protocol.ISO, CLNP, span);
      // PDU types of ISO 10589: hellos 15, 16 and point-to-point 17, link states 18 and 20,
      // complete sequence numbers 24 and 25, partial ones 26 and 27.
      case L1 -> isis(layout, span, 26, 24, 18, 15, 17);
      case L2 -> isis(layout, span, 27, 25, 20, 16, 17);
      case IIH -> isis(layout, span, 17, 15, 16);
      case LSP -> isis(layout, span, 18, 20);
      case SNP -> isis(layout, span, 27, 26, 24, 25);
      case CSNP -> isis(layout, span, 24, 25);
      case PSNP -> isis(layout, span, 26, 27);
    };
  }

  /** A protocol carried by {@code outer}; null: by IPv4 or IPv6. */
  static Predicate numbered(HeaderLayout layout, @Nullable Protocol outer, int number, Span span) {
    if (outer == null) {
      return Predicate.any(
          numbered(layout, Protocol.IP, number, span),
          numbered(layout, Protocol.IP6, number, span));
    }
    return switch (outer) {
      case LINK -> LinkPredicates.carries(layout, number, span);
      case IP ->
          Predicate.all(
              LinkPredicates.carries(layout, EtherTypes.IP, span),
              Predicate.equal(layout.network(9, 1), number));
      // One fragment header is followed, no other extension header.
      case IP6 ->
          Predicate.all(
              LinkPredicates.carries(layout, EtherTypes.IP6, span),
              Predicate.any(
                  Predicate.equal(layout.network(6, 1), number),
                  Predicate.all(
                      Predicate.equal(layout.network(6, 1), FRAGMENT),
                      Predicate.equal(layout.network(40, 1), number))));
      case ISO ->
          Predicate.all(
              LinkPredicates.carries(layout, EtherTypes.SAP_OSI, span),
              Predicate.equal(afterLlc(layout, 0), number));
      case ISIS ->
          Predicate.all(
              numbered(layout, Protocol.ISO, ISIS, span),
              Predicate.equal(afterLlc(layout, 4), number));
      default ->
          throw SyntaxFault.at(span, "'" + outer.word() + "' has no protocol field")
              .expecting("'ether proto', 'ip proto', 'ip6 proto', 'iso proto' or 'isis proto'")
              .fix("write 'ip proto', or the protocol's name alone, such as 'tcp'");
    };
  }

  /** Returns the number of a protocol name of {@code iso proto}; -1 for others. */
  static int osi(String name) {
    return switch (name) {
      case "esis" -> ESIS;
      case "isis" -> ISIS;
      case "clnp" -> CLNP;
      default -> -1;
    };
  }

  private static Predicate isis(HeaderLayout layout, Span span, int... types) {
    List<Predicate> any = new ArrayList<>();
    for (int type : types) {
      any.add(numbered(layout, Protocol.ISIS, type, span));
    }
    return Predicate.joined(any, false);
  }

  private static Operand afterLlc(HeaderLayout layout, int offset) {
    return layout.payload().load(layout.networkNoSnap() + offset, 1);
  }
}
