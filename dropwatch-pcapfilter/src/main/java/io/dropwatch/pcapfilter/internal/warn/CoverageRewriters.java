package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.internal.ast.Arithmetic;
import io.dropwatch.pcapfilter.internal.ast.Comparison;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Expression.Connective;
import io.dropwatch.pcapfilter.internal.ast.Literal;
import io.dropwatch.pcapfilter.internal.ast.Protocol;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rewriters that cover the packets that a condition leaves out. */
final class CoverageRewriters {
  private static final int NEXT_HEADER = 6;
  private static final int IPV6_HEADER = 40;
  private static final int FRAGMENT = 44;
  private static final int HOP_BY_HOP = 0;

  private CoverageRewriters() {}

  /** Compares the bytes of a transport header after the fixed IPv6 header, too. */
  static final class OtherVersion extends Rewriter {
    OtherVersion(Collection<? extends Expression> targets) {
      super(targets);
    }

    /** Returns whether every number in a comparison can also be read from an IPv6 packet. */
    static boolean applies(Expression.Relation relation) {
      return sameTransport(relation) != null;
    }

    @Override
    Expression replacement(Expression target, Expression whole) {
      if (!(target instanceof Expression.Relation relation)) {
        return whole;
      }
      Protocol transport = sameTransport(relation);
      if (transport == null) {
        return whole;
      }
      return any(
          all(new Expression.ProtocolName(Protocol.IP, Rewriter.NOWHERE), relation),
          all(
              equal(ipv6(NEXT_HEADER), protocolNumber(transport)),
              moved(relation, transport, number(IPV6_HEADER))));
    }

    private static @Nullable Protocol sameTransport(Expression.Relation relation) {
      List<Protocol> read =
          accesses(relation).stream()
              .map(Arithmetic.Access::protocol)
              .filter(protocol -> protocol != Protocol.LINK)
              .distinct()
              .toList();
      return read.size() == 1
              && isTransport(read.getFirst())
              && (startsWithAccess(relation.left()) || startsWithAccess(relation.right()))
          ? read.getFirst()
          : null;
    }

    // libpcap tests the protocol of the first number of a calculation only: "1 + tcp[0] = 2" reads
    // bytes of other packets, too.
    private static boolean startsWithAccess(Arithmetic a) {
      return switch (a) {
        case Arithmetic.Access access -> isTransport(access.protocol());
        case Arithmetic.Binary binary -> startsWithAccess(binary.left());
        case Arithmetic.Group group -> startsWithAccess(group.inner());
        case Arithmetic.Negation _, Arithmetic.Numeral _, Arithmetic.Length _ -> false;
      };
    }
  }

  /** Follows IPv6 extension headers. */
  static final class ExtensionHeaders extends Rewriter {
    ExtensionHeaders(Collection<? extends Expression> targets) {
      super(targets);
    }

    /** Returns whether the language can say the same of a packet with extension headers. */
    static boolean applies(Expression target, Qualifiers.@Nullable Type type) {
      return switch (target) {
        case Expression.ProtocolName _ -> true;
        case Expression.Relation relation ->
            accesses(relation).stream().allMatch(access -> access.protocol() == Protocol.ICMP6);
        default -> type == Qualifiers.Type.PROTO;
      };
    }

    @Override
    Expression replacement(Expression target, Expression whole) {
      return switch (whole) {
        case Expression.ProtocolName name ->
            any(name, inChain(numeral(protocolNumber(name.protocol()))));
        case Expression.Qualified(Qualifiers _, Expression.Value value, var _) ->
            any(whole, inChain(value));
        // As multicast listener reports have it: RFC 3810, section 5.
        case Expression.Relation relation ->
            any(
                relation,
                all(
                    equal(ipv6(NEXT_HEADER), HOP_BY_HOP),
                    equal(ipv6(IPV6_HEADER), protocolNumber(Protocol.ICMP6)),
                    moved(relation, Protocol.ICMP6, afterFirstHeader())));
        default -> whole;
      };
    }

    private static Expression inChain(Expression.Value value) {
      return new Expression.Qualified(
          new Qualifiers(Protocol.IP6, null, Qualifiers.Type.PROTOCHAIN), value, Rewriter.NOWHERE);
    }

    private static Expression.Value numeral(int number) {
      return new Expression.Value(
          new Literal.Numeral(number, Integer.toString(number)), Rewriter.NOWHERE);
    }

    // RFC 8200, section 4.3: the length is in units of 8 bytes, without the first 8.
    private static Arithmetic afterFirstHeader() {
      return sum(
          number(IPV6_HEADER + 8),
          binary(Arithmetic.Operator.MULTIPLY, number(8), ipv6(IPV6_HEADER + 1)));
    }
  }

  /** Excludes later fragments where a port is excluded. */
  static final class LaterFragments extends Rewriter {
    private final @Nullable Protocol network;

    /**
     * Takes the targets.
     *
     * @param network the IP version of all of them; null: both
     */
    LaterFragments(Collection<? extends Expression> targets, @Nullable Protocol network) {
      super(targets);
      this.network = network;
    }

    @Override
    Expression replacement(Expression target, Expression whole) {
      List<Expression> operands = new ArrayList<>(List.of(whole));
      operands.addAll(fragments());
      return group(joined(Connective.OR, operands));
    }

    /** In a list of alternatives the fragments are one more of them. */
    @Override
    Expression chain(Expression.Chain chain, Inherited inherited) {
      if (chain.connectives().contains(Connective.AND)
          || chain.operands().stream().noneMatch(this::isDirect)) {
        return super.chain(chain, inherited);
      }
      List<Expression> operands = new ArrayList<>();
      Inherited state = inherited;
      for (Expression operand : chain.operands()) {
        Expression result = isDirect(operand) ? untouched(operand, state) : visit(operand, state);
        operands.add(result);
        state = state.after(operand, result);
      }
      operands.addAll(fragments());
      return joined(Connective.OR, operands);
    }

    private boolean isDirect(Expression operand) {
      return isTarget(operand)
          || (operand instanceof Expression.Qualified qualified && isTarget(qualified.values()));
    }

    private static Expression untouched(Expression operand, Inherited state) {
      return operand instanceof Expression.Value && state.meant() != null
          ? new Expression.Qualified(state.meant(), operand, operand.span())
          : operand;
    }

    private List<Expression> fragments() {
      Expression ipv4 =
          new Expression.Relation(
              binary(
                  Arithmetic.Operator.AND,
                  new Arithmetic.Access(Protocol.IP, number(6), 2, Rewriter.NOWHERE),
                  hexadecimal(0x1fff)),
              Comparison.NOT_EQUAL,
              number(0),
              Rewriter.NOWHERE);
      // RFC 8200, section 4.5: the offset is the upper 13 bits.
      Expression ipv6 =
          all(
              equal(ipv6(NEXT_HEADER), FRAGMENT),
              new Expression.Relation(
                  binary(
                      Arithmetic.Operator.AND,
                      new Arithmetic.Access(
                          Protocol.IP6, number(IPV6_HEADER + 2), 2, Rewriter.NOWHERE),
                      hexadecimal(0xfff8)),
                  Comparison.NOT_EQUAL,
                  number(0),
                  Rewriter.NOWHERE));
      return network == Protocol.IP
          ? List.of(ipv4)
          : network == Protocol.IP6 ? List.of(ipv6) : List.of(ipv4, ipv6);
    }
  }

  static boolean isTransport(Protocol protocol) {
    return protocol == Protocol.TCP || protocol == Protocol.UDP || protocol == Protocol.SCTP;
  }

  /** Returns the number of a protocol that IPv6 carries; -1 for others. */
  static int protocolNumber(Protocol protocol) {
    return switch (protocol) {
      case TCP -> 6;
      case UDP -> 17;
      case ESP -> 50;
      case AH -> 51;
      case ICMP6 -> 58;
      case PIM -> 103;
      case SCTP -> 132;
      default -> -1;
    };
  }

  /** Returns what a comparison reads from a packet. */
  static List<Arithmetic.Access> accesses(Expression.Relation relation) {
    List<Arithmetic.Access> accesses = new ArrayList<>();
    addAccesses(relation.left(), accesses);
    addAccesses(relation.right(), accesses);
    return accesses;
  }

  private static void addAccesses(Arithmetic a, List<Arithmetic.Access> into) {
    switch (a) {
      case Arithmetic.Access access -> {
        into.add(access);
        addAccesses(access.index(), into);
      }
      case Arithmetic.Binary binary -> {
        addAccesses(binary.left(), into);
        addAccesses(binary.right(), into);
      }
      case Arithmetic.Negation negation -> addAccesses(negation.operand(), into);
      case Arithmetic.Group group -> addAccesses(group.inner(), into);
      case Arithmetic.Numeral _, Arithmetic.Length _ -> {}
    }
  }

  private static Expression.Relation moved(
      Expression.Relation relation, Protocol from, Arithmetic start) {
    return new Expression.Relation(
        moved(relation.left(), from, start),
        relation.comparison(),
        moved(relation.right(), from, start),
        Rewriter.NOWHERE);
  }

  /** Reads the bytes of a header from an IPv6 packet, in which it starts at an offset. */
  private static Arithmetic moved(Arithmetic a, Protocol from, Arithmetic start) {
    return switch (a) {
      case Arithmetic.Access access -> {
        Arithmetic index = moved(access.index(), from, start);
        yield access.protocol() == from
            ? new Arithmetic.Access(
                Protocol.IP6,
                isZero(index) ? start : sum(start, index),
                access.size(),
                Rewriter.NOWHERE)
            : new Arithmetic.Access(access.protocol(), index, access.size(), Rewriter.NOWHERE);
      }
      // The parts are printed as they were: nothing between them changes.
      case Arithmetic.Binary binary ->
          new Arithmetic.Binary(
              binary.operator(),
              moved(binary.left(), from, start),
              moved(binary.right(), from, start),
              Rewriter.NOWHERE);
      case Arithmetic.Negation negation ->
          new Arithmetic.Negation(moved(negation.operand(), from, start), Rewriter.NOWHERE);
      case Arithmetic.Group group ->
          new Arithmetic.Group(moved(group.inner(), from, start), Rewriter.NOWHERE);
      case Arithmetic.Numeral _, Arithmetic.Length _ -> a;
    };
  }

  private static Expression equal(Arithmetic left, int value) {
    return new Expression.Relation(left, Comparison.EQUAL, number(value), Rewriter.NOWHERE);
  }

  private static Arithmetic ipv6(int offset) {
    return new Arithmetic.Access(Protocol.IP6, number(offset), 1, Rewriter.NOWHERE);
  }

  private static Arithmetic number(int value) {
    return new Arithmetic.Numeral(value, Integer.toString(value), Rewriter.NOWHERE);
  }

  private static Arithmetic hexadecimal(int value) {
    return new Arithmetic.Numeral(value, "0x" + Integer.toHexString(value), Rewriter.NOWHERE);
  }

  private static Arithmetic binary(
      Arithmetic.Operator operator, Arithmetic left, Arithmetic right) {
    return new Arithmetic.Binary(operator, operand(left), operand(right), Rewriter.NOWHERE);
  }

  private static Arithmetic sum(Arithmetic left, Arithmetic right) {
    return binary(Arithmetic.Operator.ADD, left, right);
  }

  private static boolean isZero(Arithmetic a) {
    return a instanceof Arithmetic.Numeral number
        && number.value() == 0
        && Character.isDigit(number.text().charAt(0));
  }

  private static Arithmetic operand(Arithmetic a) {
    return a instanceof Arithmetic.Binary ? new Arithmetic.Group(a, Rewriter.NOWHERE) : a;
  }
}
