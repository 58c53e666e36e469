package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.ast.Qualifiers.Direction;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Predicates of addresses in IP, ARP, DECnet and Ethernet headers. */
final class HostPredicates {
  private HostPredicates() {}

  /** An IPv4 address in the headers of one protocol, given by its EtherType. */
  static Predicate ipv4(
      HeaderLayout layout,
      int etherType,
      int address,
      int mask,
      @Nullable Direction dir,
      Span span) {
    boolean ip = etherType == EtherTypes.IP;
    return ends(
        dir,
        ip ? 12 : 14,
        ip ? 16 : 24,
        offset ->
            Predicate.all(
                LinkPredicates.carries(layout, etherType, span),
                Predicate.equal(layout.network(offset, 4), mask, address)));
  }

  /** An IPv4 address wherever a packet carries one: IP, ARP, reverse ARP. */
  static Predicate ipv4(
      HeaderLayout layout, int address, int mask, @Nullable Direction dir, Span span) {
    Predicate ip = ipv4(layout, EtherTypes.IP, address, mask, dir, span);
    if (layout.labels() > 0) {
      return ip;
    }
    return Predicate.any(
        ip,
        ipv4(layout, EtherTypes.ARP, address, mask, dir, span),
        ipv4(layout, EtherTypes.RARP, address, mask, dir, span));
  }

  /** An IPv6 address; words of address and mask, the first one highest. */
  static Predicate ipv6(
      HeaderLayout layout, int[] address, int[] mask, @Nullable Direction dir, Span span) {
    return ends(
        dir,
        8,
        24,
        offset ->
            Predicate.all(
                LinkPredicates.carries(layout, EtherTypes.IP6, span),
                Predicate.equal(layout.network(offset, 4), mask[0], address[0]),
                Predicate.equal(layout.network(offset + 4, 4), mask[1], address[1]),
                Predicate.equal(layout.network(offset + 8, 4), mask[2], address[2]),
                Predicate.equal(layout.network(offset + 12, 4), mask[3], address[3])));
  }

  /** A MAC address. */
  static Predicate mac(HeaderLayout layout, long address, @Nullable Direction dir) {
    Predicate ends = ends(dir, 6, 0, offset -> LinkPredicates.mac(layout, offset, address));
    Predicate present = LinkPredicates.headerPresent(layout);
    return present == null ? ends : Predicate.all(present, ends);
  }

  /** A DECnet address in the long and short routing headers, with and without a pad byte. */
  static Predicate decnet(HeaderLayout layout, int address, @Nullable Direction dir, Span span) {
    int swapped = ((address & 0xff) << 8) | (address >>> 8);
    return ends(
        dir,
        1,
        0,
        end -> {
          int inLong = end == 1 ? 15 : 7;
          int inShort = end == 1 ? 3 : 1;
          Operand flags = layout.network(2, 1);
          Operand padAndFlags = layout.network(2, 2);
          return Predicate.all(
              LinkPredicates.carries(layout, EtherTypes.DECNET, span),
              Predicate.any(
                  Predicate.all(
                      Predicate.equal(flags, 0x7, 0x2),
                      Predicate.equal(layout.network(2 + inShort, 2), swapped)),
                  Predicate.all(
                      Predicate.equal(padAndFlags, 0xff07, 0x8102),
                      Predicate.equal(layout.network(3 + inShort, 2), swapped)),
                  Predicate.all(
                      Predicate.equal(flags, 0x7, 0x6),
                      Predicate.equal(layout.network(2 + inLong, 2), swapped)),
                  Predicate.all(
                      Predicate.equal(padAndFlags, 0xff07, 0x8106),
                      Predicate.equal(layout.network(3 + inLong, 2), swapped))));
        });
  }

  /** A predicate on the source, the destination, either or both; the source comes first. */
  static Predicate ends(
      @Nullable Direction dir, int source, int destination, IntFunction<Predicate> test) {
    if (dir == null) {
      return Predicate.any(test.apply(source), test.apply(destination));
    }
    return switch (dir) {
      case SRC -> test.apply(source);
      case DST -> test.apply(destination);
      case SRC_AND_DST -> Predicate.all(test.apply(source), test.apply(destination));
      case SRC_OR_DST -> Predicate.any(test.apply(source), test.apply(destination));
    };
  }
}
