package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.ast.Protocol;
import io.dropwatch.pcapfilter.internal.check.Checker.Variables;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import org.jspecify.annotations.Nullable;

/**
 * {@code protochain}: a protocol anywhere after IPv6 extension headers and authentication headers.
 *
 * <p>libpcap emits a loop, which no eBPF verifier accepts. This follows at most {@value #LIMIT}
 * headers; a protocol after them is not found. libpcap computes the header after an authentication
 * header from offset 0 of that header's chain, not from where that header starts; the same happens
 * here.
 */
final class HeaderChain {
  /** Headers that are followed at most. */
  static final int LIMIT = 8;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION_OPTIONS = 60;

  private final HeaderLayout layout;
  private final Variables variables;
  private final int wanted;
  private final boolean extensions;

  private HeaderChain(HeaderLayout layout, Variables variables, int wanted, boolean extensions) {
    this.layout = layout;
    this.variables = variables;
    this.wanted = wanted;
    this.extensions = extensions;
  }

  static Predicate contains(
      HeaderLayout layout, Variables variables, @Nullable Protocol outer, int wanted, Span span) {
    if (layout.payload().base() != null) {
      throw SyntaxFault.at(span, "'protochain' cannot follow headers of variable length");
    }
    if (outer == null) {
      return Predicate.any(
          contains(layout, variables, Protocol.IP, wanted, span),
          contains(layout, variables, Protocol.IP6, wanted, span));
    }
    return switch (outer) {
      case IP ->
          Predicate.all(
              LinkPredicates.carries(layout, EtherTypes.IP, span),
              new HeaderChain(layout, variables, wanted, false)
                  .from(layout.network(9, 1), layout.ipv4HeaderLength()));
      case IP6 ->
          Predicate.all(
              LinkPredicates.carries(layout, EtherTypes.IP6, span),
              new HeaderChain(layout, variables, wanted, true)
                  .from(layout.network(6, 1), Operand.of(40)));
      default ->
          throw SyntaxFault.at(span, "'" + outer.word() + "' has no header chain")
              .expecting("'protochain', 'ip protochain' or 'ip6 protochain'");
    };
  }

  private Predicate from(Operand next, Operand offset) {
    Operand.Variable header = variables.fresh();
    Operand.Variable place = variables.fresh();
    return Predicate.all(
        new Predicate.Define(header, next),
        new Predicate.Define(place, offset),
        step(LIMIT, header, place));
  }

  // libpcap compares with "no next header" too; it is not one of those that are followed.
  private Predicate step(int left, Operand header, Operand place) {
    Predicate found = Predicate.equal(header, wanted);
    if (left == 0) {
      return found;
    }
    Operand.Variable next = variables.fresh();
    Operand.Variable after = variables.fresh();
    // The next header's number and the length: libpcap reads one, then the other.
    Operand both = layout.networkPosition().load(place, 2);
    Operand number = Operand.of(Operator.SHIFT_RIGHT, both, Operand.of(8));
    Operand length = Operand.of(Operator.AND, both, Operand.of(0xff));
    Predicate authentication = Predicate.equal(header, AUTHENTICATION);
    // RFC 4302, section 2.2: in units of 4 bytes, minus 2.
    Predicate overAuthentication = new Predicate.Define(after, units(length, 2, 4));
    // RFC 8200, section 4: in units of 8 bytes, not counting the first 8.
    Predicate overExtension =
        new Predicate.Define(after, Operand.of(Operator.ADD, place, units(length, 1, 8)));
    return Predicate.any(
        found,
        Predicate.all(
            extensions ? Predicate.any(extension(header), authentication) : authentication,
            new Predicate.Define(next, number),
            extensions
                ? Predicate.any(Predicate.all(authentication, overAuthentication), overExtension)
                : overAuthentication,
            step(left - 1, next, after)));
  }

  private static Predicate extension(Operand header) {
    return Predicate.any(
        Predicate.equal(header, HOP_BY_HOP),
        Predicate.equal(header, DESTINATION_OPTIONS),
        Predicate.equal(header, ROUTING),
        Predicate.equal(header, FRAGMENT));
  }

  private static Operand units(Operand length, int more, int bytes) {
    Operand units = Operand.of(Operator.ADD, length, Operand.of(more));
    return Operand.of(Operator.SHIFT_LEFT, units, Operand.of(Integer.numberOfTrailingZeros(bytes)));
  }
}
