package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.ast.Qualifiers.Direction;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Predicates of ports: in first fragments of IPv4, and in IPv6 without extension headers. */
final class PortPredicates {
  static final int TCP = 6;
  static final int UDP = 17;
  static final int SCTP = 132;

  private PortPredicates() {}

  /**
   * A port between two bounds, over IPv4 or IPv6.
   *
   * @param protocol one of the three, or empty for any
   * @param first lowest port
   * @param last highest port; equal to first for a single one
   */
  static Predicate ports(
      HeaderLayout layout,
      OptionalInt protocol,
      int first,
      int last,
      @Nullable Direction dir,
      Span span) {
    Range range = new Range(first, last);
    return Predicate.any(
        ipv6(layout, protocol, range, dir, span), ipv4(layout, protocol, range, dir, span));
  }

  /** A kind of condition on a port. */
  @FunctionalInterface
  interface Ports {
    Predicate holds(Operand port);
  }

  /** Inclusive bounds of a port. */
  record Range(int first, int last) implements Ports {
    @Override
    public Predicate holds(Operand port) {
      return first == last
          ? Predicate.equal(port, first)
          : Predicate.all(
              Predicate.atLeast(port, first), Predicate.not(Predicate.greater(port, last)));
    }
  }

  static Predicate ipv4(
      HeaderLayout layout, OptionalInt protocol, Ports ports, @Nullable Direction dir, Span span) {
    Position transport = layout.ipv4Transport();
    List<Predicate> any = new ArrayList<>();
    for (int number : numbers(protocol)) {
      any.add(
          Predicate.all(
              Predicate.equal(layout.network(9, 1), number),
              firstFragment(layout),
              HostPredicates.ends(dir, 0, 2, end -> ports.holds(transport.load(end, 2)))));
    }
    return Predicate.all(
        LinkPredicates.carries(layout, EtherTypes.IP, span), Predicate.joined(any, false));
  }

  static Predicate ipv6(
      HeaderLayout layout, OptionalInt protocol, Ports ports, @Nullable Direction dir, Span span) {
    Position transport = layout.ipv6Transport();
    List<Predicate> any = new ArrayList<>();
    for (int number : numbers(protocol)) {
      any.add(
          Predicate.all(
              Predicate.equal(layout.network(6, 1), number),
              HostPredicates.ends(dir, 0, 2, end -> ports.holds(transport.load(end, 2)))));
    }
    return Predicate.all(
        LinkPredicates.carries(layout, EtherTypes.IP6, span), Predicate.joined(any, false));
  }

  /** An IPv4 packet that is not a later fragment. */
  static Predicate firstFragment(HeaderLayout layout) {
    return Predicate.not(Predicate.commonBits(layout.network(6, 2), 0x1fff));
  }

  private static int[] numbers(OptionalInt protocol) {
    return protocol.isPresent() ? new int[] {protocol.getAsInt()} : new int[] {SCTP, TCP, UDP};
  }
}
