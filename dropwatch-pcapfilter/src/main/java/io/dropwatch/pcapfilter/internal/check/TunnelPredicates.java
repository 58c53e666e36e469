package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.ast.Qualifiers.Direction;
import io.dropwatch.pcapfilter.internal.check.Checker.Variables;
import io.dropwatch.pcapfilter.internal.check.EncapsulationPredicates.Moved;
import io.dropwatch.pcapfilter.internal.check.PortPredicates.Ports;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Predicates of tunnels over UDP; later primitives are about the inner packet. */
final class TunnelPredicates {
  /** IANA's port for Geneve. */
  private static final int GENEVE_PORT = 6081;

  /** IANA's port for VXLAN. */
  private static final int VXLAN_PORT = 4789;

  private static final int UDP_HEADER = 8;
  private static final int TUNNEL_HEADER = 8;

  private TunnelPredicates() {}

  static Moved geneve(
      HeaderLayout layout, Variables variables, List<Integer> ports, OptionalInt vni, Span span) {
    Operand.Variable header = variables.fresh();
    Operand.Variable link = variables.fresh();
    Operand.Variable type = variables.fresh();
    Operand.Variable payload = variables.fresh();
    // RFC 8926, section 3.4: version 0, options in units of 4 bytes.
    Predicate outer = outer(layout, with(GENEVE_PORT, ports), 0xc0, 0, vni, header, span);
    Position start = Position.at(header);
    Operand options =
        Operand.of(
            Operator.MULTIPLY,
            Operand.of(Operator.AND, start.load(0, 1), Operand.of(0x3f)),
            Operand.of(4));
    Predicate inner =
        Predicate.any(
            Predicate.all(
                Predicate.equal(start.load(2, 2), EtherTypes.TRANSPARENT_BRIDGING),
                new Predicate.Define(type, plus(link, 12)),
                new Predicate.Define(payload, plus(link, 14))),
            new Predicate.Define(payload, link));
    Predicate all =
        Predicate.all(
            outer,
            new Predicate.Define(type, plus(header, 2)),
            new Predicate.Define(
                link, Operand.of(Operator.ADD, plus(header, TUNNEL_HEADER), options)),
            inner);
    return new Moved(all, layout.inside(link, type, payload));
  }

  static Moved vxlan(
      HeaderLayout layout, Variables variables, List<Integer> ports, OptionalInt vni, Span span) {
    Operand.Variable header = variables.fresh();
    Operand.Variable link = variables.fresh();
    Operand.Variable type = variables.fresh();
    Operand.Variable payload = variables.fresh();
    // RFC 7348, section 5: only the flag of a valid VNI is set.
    Predicate all =
        Predicate.all(
            outer(layout, with(VXLAN_PORT, ports), 0xff, 0x08, vni, header, span),
            new Predicate.Define(link, plus(header, TUNNEL_HEADER)),
            new Predicate.Define(type, plus(link, 12)),
            new Predicate.Define(payload, plus(link, 14)));
    return new Moved(all, layout.inside(link, type, payload));
  }

  private static Predicate outer(
      HeaderLayout layout,
      List<Integer> ports,
      int mask,
      int first,
      OptionalInt vni,
      Operand.Variable header,
      Span span) {
    OptionalInt udp = OptionalInt.of(PortPredicates.UDP);
    Ports any = port -> Predicate.joined(equalToAny(port, ports), false);
    Position ipv4 = layout.ipv4Transport();
    Position ipv6 = layout.ipv6Transport();
    return Predicate.any(
        over(
            PortPredicates.ipv4(layout, udp, any, Direction.DST, span),
            ipv4,
            mask,
            first,
            vni,
            header),
        over(
            PortPredicates.ipv6(layout, udp, any, Direction.DST, span),
            ipv6,
            mask,
            first,
            vni,
            header));
  }

  private static Predicate over(
      Predicate udp,
      Position transport,
      int mask,
      int first,
      OptionalInt vni,
      Operand.Variable header) {
    List<Predicate> all = new ArrayList<>();
    all.add(udp);
    all.add(Predicate.equal(transport.load(UDP_HEADER, 1), mask == 0xff ? -1 : mask, first));
    if (vni.isPresent()) {
      Operand field = transport.load(UDP_HEADER + 4, 4);
      all.add(Predicate.equal(field, 0xffffff00, vni.getAsInt() << 8));
    }
    Operand base = transport.base() == null ? Operand.of(0) : transport.base();
    all.add(new Predicate.Define(header, plus(base, transport.offset() + UDP_HEADER)));
    return Predicate.joined(all, true);
  }

  private static List<Integer> with(int first, List<Integer> more) {
    List<Integer> all = new ArrayList<>();
    all.add(first);
    all.addAll(more);
    return all;
  }

  private static List<Predicate> equalToAny(Operand port, List<Integer> numbers) {
    return numbers.stream().map(number -> Predicate.equal(port, number)).toList();
  }

  private static Operand plus(Operand operand, int distance) {
    return Operand.of(Operator.ADD, operand, Operand.of(distance));
  }
}
