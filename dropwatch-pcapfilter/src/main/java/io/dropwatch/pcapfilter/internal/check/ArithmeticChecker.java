package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.ast.Arithmetic;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Protocol;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Comparisons of numbers. */
final class ArithmeticChecker {
  private final HeaderLayout layout;

  ArithmeticChecker(HeaderLayout layout) {
    this.layout = layout;
  }

  /**
   * A number and the condition under which it can be read.
   *
   * @param guard protocol predicates; null: none
   */
  private record Guarded(Operand value, @Nullable Predicate guard) {}

  static Predicate relation(HeaderLayout layout, Expression.Relation relation) {
    ArithmeticChecker checker = new ArithmeticChecker(layout);
    Guarded left = checker.number(relation.left());
    Guarded right = checker.number(relation.right());
    List<Predicate> all = new ArrayList<>();
    if (left.guard() != null) {
      all.add(left.guard());
    }
    if (right.guard() != null) {
      all.add(right.guard());
    }
    Operand a = left.value();
    Operand b = right.value();
    all.add(
        switch (relation.comparison()) {
          case EQUAL -> new Predicate.Compare(a, Relation.EQUAL, b);
          case NOT_EQUAL -> Predicate.not(new Predicate.Compare(a, Relation.EQUAL, b));
          case GREATER -> new Predicate.Compare(a, Relation.GREATER, b);
          case GREATER_OR_EQUAL -> new Predicate.Compare(a, Relation.GREATER_OR_EQUAL, b);
          case LESS -> Predicate.not(new Predicate.Compare(a, Relation.GREATER_OR_EQUAL, b));
          case LESS_OR_EQUAL -> Predicate.not(new Predicate.Compare(a, Relation.GREATER, b));
        });
    return Predicate.joined(all, true);
  }

  /** Returns the length on the wire, including the MAC header if there is one. */
  static Operand length(HeaderLayout layout) {
    Operand window = new Operand.WireLength();
    return layout.linkHeader().area() == Operand.Area.MAC
        ? Operand.of(Operator.ADD, window, new Operand.Metadata(MetadataField.MAC_LENGTH))
        : window;
  }

  private Guarded number(Arithmetic a) {
    return switch (a) {
      case Arithmetic.Numeral numeral -> new Guarded(Operand.of(numeral.value()), null);
      case Arithmetic.Length _ -> new Guarded(length(layout), null);
      case Arithmetic.Group group -> number(group.inner());
      case Arithmetic.Negation negation -> {
        Guarded operand = number(negation.operand());
        yield new Guarded(
            Operand.of(Operator.SUBTRACT, Operand.of(0), operand.value()), operand.guard());
      }
      case Arithmetic.Binary binary -> binary(binary);
      case Arithmetic.Access access -> access(access);
    };
  }

  // libpcap keeps the protocol predicates of the left operand only.
  private Guarded binary(Arithmetic.Binary binary) {
    Guarded left = number(binary.left());
    Guarded right = number(binary.right());
    Operator operator =
        switch (binary.operator()) {
          case ADD -> Operator.ADD;
          case SUBTRACT -> Operator.SUBTRACT;
          case MULTIPLY -> Operator.MULTIPLY;
          case DIVIDE -> Operator.DIVIDE;
          case MODULO -> Operator.MODULO;
          case AND -> Operator.AND;
          case OR -> Operator.OR;
          case XOR -> Operator.XOR;
          case SHIFT_LEFT -> Operator.SHIFT_LEFT;
          case SHIFT_RIGHT -> Operator.SHIFT_RIGHT;
        };
    // Constants only: a divisor read from the packet that is zero rejects the packet.
    if (plain(binary.right()) instanceof Arithmetic.Numeral(int value, _, _)) {
      boolean division = operator == Operator.DIVIDE || operator == Operator.MODULO;
      boolean shift = operator == Operator.SHIFT_LEFT || operator == Operator.SHIFT_RIGHT;
      if (division && value == 0) {
        throw SyntaxFault.at(binary.right().span(), "division by zero");
      }
      if (shift && Integer.compareUnsigned(value, 31) > 0) {
        throw SyntaxFault.at(binary.right().span(), "a shift is by at most 31 bits");
      }
    }
    return new Guarded(Operand.of(operator, left.value(), right.value()), left.guard());
  }

  private static Arithmetic plain(Arithmetic a) {
    Arithmetic inner = a;
    while (inner instanceof Arithmetic.Group group) {
      inner = group.inner();
    }
    return inner;
  }

  private Guarded access(Arithmetic.Access access) {
    Guarded index = number(access.index());
    Protocol protocol = access.protocol();
    return switch (protocol) {
      case LINK -> new Guarded(load(layout.linkHeader(), index, access), index.guard());
      case IP, ARP, RARP, ATALK, DECNET, SCA, LAT, MOPRC, MOPDL, IP6 ->
          new Guarded(
              load(layout.networkPosition(), index, access),
              both(index.guard(), ProtocolPredicates.named(layout, protocol, access.span())));
      case SCTP, TCP, UDP, ICMP, IGMP, IGRP, PIM, VRRP, CARP -> {
        Predicate first =
            Predicate.all(
                ProtocolPredicates.named(layout, protocol, access.span()),
                PortPredicates.firstFragment(layout));
        yield new Guarded(
            load(layout.ipv4Transport(), index, access),
            Predicate.all(
                LinkPredicates.carries(layout, EtherTypes.IP, access.span()),
                both(index.guard(), first)));
      }
      case ICMP6 -> {
        Predicate icmp6 =
            Predicate.all(
                both(index.guard(), LinkPredicates.carries(layout, EtherTypes.IP6, access.span())),
                Predicate.equal(layout.network(6, 1), 58));
        yield new Guarded(load(layout.ipv6Transport(), index, access), icmp6);
      }
      default ->
          throw SyntaxFault.at(access.span(), "bytes of '" + protocol.word() + "' cannot be read")
              .expecting("'ether', 'ip', 'ip6', 'arp', 'tcp', 'udp', 'icmp', 'icmp6' or the like");
    };
  }

  private static Operand load(Position start, Guarded index, Arithmetic.Access access) {
    return start.load(index.value(), access.size());
  }

  private static Predicate both(@Nullable Predicate first, Predicate second) {
    return first == null ? second : Predicate.all(first, second);
  }
}
