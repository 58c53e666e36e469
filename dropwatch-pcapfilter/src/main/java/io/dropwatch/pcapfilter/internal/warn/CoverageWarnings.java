package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.ast.Arithmetic;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Expression.Connective;
import io.dropwatch.pcapfilter.internal.ast.Protocol;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Notes about packets that a condition does not cover: IPv6, extension headers, fragments. */
final class CoverageWarnings {
  private static final Set<Protocol> TRANSPORTS =
      EnumSet.of(Protocol.TCP, Protocol.UDP, Protocol.SCTP);

  private final Warnings warnings;
  private final Set<Code> said = EnumSet.noneOf(Code.class);

  CoverageWarnings(Warnings warnings) {
    this.warnings = warnings;
  }

  void visit(Expression tree) {
    visit(tree, new Around(null, null, false));
  }

  /**
   * The context of an expression.
   *
   * @param network the IP version that an operand joined by {@code and} names, or null
   * @param type the type of values
   * @param negated whether it is inside a {@code not}
   */
  private record Around(
      @Nullable Protocol network, Qualifiers.@Nullable Type type, boolean negated) {}

  private void visit(Expression e, Around around) {
    switch (e) {
      case Expression.Chain chain -> chain(chain, around);
      case Expression.Not not ->
          visit(not.operand(), new Around(around.network(), around.type(), !around.negated()));
      case Expression.Group group -> visit(group.inner(), around);
      case Expression.Qualified qualified -> {
        Qualifiers.Type type = qualified.qualifiers().type();
        visit(qualified.values(), new Around(around.network(), type, around.negated()));
      }
      case Expression.Value _ -> value(e, around);
      case Expression.ProtocolName name -> {
        if (TRANSPORTS.contains(name.protocol()) || name.protocol() == Protocol.ICMP6) {
          afterIpv6(e, around);
        }
      }
      case Expression.Relation relation -> {
        access(relation.left(), around);
        access(relation.right(), around);
      }
      case Expression.Everything _, Expression.Primitive _ -> {}
    }
  }

  private void chain(Expression.Chain chain, Around around) {
    Protocol network = around.network();
    boolean and = chain.connectives().stream().allMatch(c -> c == Connective.AND);
    for (Expression operand : chain.operands()) {
      Protocol named = and ? network(operand) : null;
      network = named == null ? network : named;
    }
    for (Expression operand : chain.operands()) {
      visit(operand, new Around(network, around.type(), around.negated()));
    }
  }

  private static @Nullable Protocol network(Expression e) {
    Protocol protocol =
        switch (e) {
          case Expression.ProtocolName name -> name.protocol();
          case Expression.Qualified qualified -> qualified.qualifiers().protocol();
          default -> null;
        };
    return protocol == Protocol.IP || protocol == Protocol.IP6 ? protocol : null;
  }

  private void value(Expression value, Around around) {
    if (around.type() == Qualifiers.Type.PORT || around.type() == Qualifiers.Type.PORTRANGE) {
      afterIpv6(value, around);
      if (around.negated() && said.add(Code.LATER_FRAGMENTS)) {
        warnings.add(
            Code.LATER_FRAGMENTS,
            value.span(),
            "later fragments have no ports, so they match where a port is excluded",
            "add 'and ip[6:2] & 0x1fff = 0' to exclude them");
      }
    }
  }

  private void afterIpv6(Expression e, Around around) {
    if (around.network() == Protocol.IP6 && said.add(Code.IPV6_EXTENSION_HEADERS)) {
      warnings.add(
          Code.IPV6_EXTENSION_HEADERS,
          e.span(),
          "this is not found after IPv6 extension headers",
          "to follow them, write 'ip6 protochain' and the number of the protocol");
    }
  }

  private void access(Arithmetic a, Around around) {
    switch (a) {
      case Arithmetic.Access access -> {
        boolean transport = TRANSPORTS.contains(access.protocol());
        if (transport && around.network() != Protocol.IP && said.add(Code.IPV4_ONLY)) {
          String word = access.protocol().word();
          warnings.add(
              Code.IPV4_ONLY,
              access.span(),
              "'" + word + "[...]' matches IPv4 only, and no later fragments",
              "for IPv6 add 'or ip6 and ip6[6] = "
                  + number(access.protocol())
                  + " and' the same comparison on ip6[40 + ...]; if IPv4 is meant, write 'ip and' before it");
        }
        access(access.index(), around);
      }
      case Arithmetic.Binary binary -> {
        access(binary.left(), around);
        access(binary.right(), around);
      }
      case Arithmetic.Negation negation -> access(negation.operand(), around);
      case Arithmetic.Group group -> access(group.inner(), around);
      case Arithmetic.Numeral _, Arithmetic.Length _ -> {}
    }
  }

  private static int number(Protocol protocol) {
    return protocol == Protocol.TCP ? 6 : protocol == Protocol.UDP ? 17 : 132;
  }
}
