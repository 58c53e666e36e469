package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.ast.Arithmetic;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Expression.Connective;
import io.dropwatch.pcapfilter.internal.ast.Literal;
import io.dropwatch.pcapfilter.internal.ast.Protocol;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers.Type;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Notes about packets that a condition does not cover: IPv6, extension headers, fragments. There is
 * one of each, about the first such condition; its suggestion is about all of them.
 */
final class CoverageWarnings {
  /** ip6_xmit() and ipv6_gro_complete() insert a jumbo payload option (RFC 2675). */
  private static final String OF_THE_KERNEL =
      ", such as the one that Linux puts before TCP segments above 64 KiB (BIG TCP)";

  private final Warnings warnings;
  private final PacketView view;
  private final Targets ipv4Only = new Targets();
  private Arithmetic.@Nullable Access ipv4Access;
  private final Targets withoutExtensionHeaders = new Targets();
  private final Targets withoutFragments = new Targets();

  /** What the expression tests by itself, so that its author knows of it. */
  private boolean testsFragments;

  private boolean testsNextHeader;

  /** Whether an operand of an enclosing {@code and} excludes the fragments. */
  private boolean fragmentsExcluded;

  CoverageWarnings(Warnings warnings, PacketView view) {
    this.warnings = warnings;
    this.view = view;
  }

  /** Conditions that a warning is about. */
  private static final class Targets {
    private final List<Expression> all = new ArrayList<>();
    private final Set<@Nullable Protocol> networks = new HashSet<>();
    private @Nullable Span first;
    private boolean fixable = true;

    void add(Expression target, Span place, @Nullable Protocol network, boolean isFixable) {
      first = first == null ? place : first;
      fixable &= isFixable;
      networks.add(network);
      all.add(target);
    }

    @Nullable Protocol network() {
      return networks.size() == 1 ? networks.iterator().next() : null;
    }
  }

  /**
   * The context of an expression.
   *
   * @param network the IP version that an operand joined by {@code and} names, or null
   * @param qualifiers those that a value inherits
   * @param negated whether it is inside a {@code not}
   */
  private record Around(
      @Nullable Protocol network, @Nullable Qualifiers qualifiers, boolean negated) {
    Around opposite() {
      return new Around(network, qualifiers, !negated);
    }

    @Nullable Type type() {
      return qualifiers == null ? null : qualifiers.type();
    }
  }

  void visit(Expression tree) {
    var _ = visit(tree, new Around(null, null, false));
    if (ipv4Only.first != null && ipv4Access != null) {
      warnings.add(
          new Finding(
              Code.IPV4_ONLY,
              ipv4Only.first,
              "'"
                  + ipv4Access.protocol().word()
                  + "[...]' matches IPv4 only, and no later fragments",
              "if IPv6 is meant too, add the same comparison on 'ip6[40 + ...]'",
              ipv4Only.fixable ? new CoverageRewriters.OtherVersion(ipv4Only.all) : null));
    }
    if (withoutExtensionHeaders.first != null && !testsNextHeader) {
      boolean fixable = withoutExtensionHeaders.fixable;
      warnings.add(
          new Finding(
              Code.IPV6_EXTENSION_HEADERS,
              withoutExtensionHeaders.first,
              "this is not found after IPv6 extension headers"
                  + (view == PacketView.SKB ? OF_THE_KERNEL : ""),
              fixable
                  ? "if such packets are meant too, follow the extension headers"
                  : "'ip6 protochain' and the number of the protocol finds such packets, but not"
                      + " their ports",
              fixable
                  ? new CoverageRewriters.ExtensionHeaders(withoutExtensionHeaders.all)
                  : null));
    }
    if (withoutFragments.first != null && !testsFragments) {
      warnings.add(
          new Finding(
              Code.LATER_FRAGMENTS,
              withoutFragments.first,
              "later fragments have no ports, so they match where a port is excluded",
              "if they are to be excluded too, exclude packets with a fragment offset",
              new CoverageRewriters.LaterFragments(
                  withoutFragments.all, withoutFragments.network())));
    }
  }

  /** Returns the qualifiers that a value after the expression inherits. */
  private @Nullable Qualifiers visit(Expression e, Around around) {
    return switch (e) {
      case Expression.Chain chain -> chain(chain, around);
      case Expression.Not not -> visit(not.operand(), around.opposite());
      case Expression.Group group -> {
        var _ = visit(group.inner(), around);
        yield around.qualifiers();
      }
      case Expression.Qualified qualified -> qualified(qualified, around);
      case Expression.Value value -> {
        value(value, value, around);
        yield around.qualifiers();
      }
      case Expression.ProtocolName name -> {
        if (CoverageRewriters.protocolNumber(name.protocol()) >= 0) {
          afterIpv6(name, name.span(), around, null);
        }
        yield null;
      }
      case Expression.Relation relation -> {
        relation(relation, around);
        yield null;
      }
      case Expression.Everything _, Expression.Primitive _ -> null;
    };
  }

  private @Nullable Qualifiers qualified(Expression.Qualified qualified, Around around) {
    Qualifiers qualifiers = qualified.qualifiers();
    Protocol named = named(qualified);
    Around inside =
        new Around(named == null ? around.network() : named, qualifiers, around.negated());
    if (qualifiers.type() == Type.PROTOCHAIN) {
      testsNextHeader = true;
    }
    // A list without exceptions is one condition.
    Expression.Value first =
        qualified.values() instanceof Expression.Group group ? firstValue(group) : null;
    if (first != null) {
      value(qualified, first, inside);
      return qualifiers;
    }
    return visit(qualified.values(), inside);
  }

  /** Returns the first value of a list; null if there is a {@code not} in it. */
  private static Expression.@Nullable Value firstValue(Expression values) {
    return switch (values) {
      case Expression.Value value -> value;
      case Expression.Group group -> firstValue(group.inner());
      case Expression.Chain chain ->
          chain.operands().stream().allMatch(operand -> firstValue(operand) != null)
              ? firstValue(chain.operands().getFirst())
              : null;
      default -> null;
    };
  }

  private @Nullable Qualifiers chain(Expression.Chain chain, Around around) {
    Protocol network = around.network();
    if (!chain.connectives().contains(Connective.OR)) {
      Protocol named = named(chain);
      network = named == null ? network : named;
    }
    boolean before = fragmentsExcluded;
    Qualifiers qualifiers = around.qualifiers();
    for (Expression operand : chain.operands()) {
      int targets = withoutFragments.all.size();
      qualifiers = visit(operand, new Around(network, qualifiers, around.negated()));
      fragmentsExcluded |=
          !chain.connectives().contains(Connective.OR)
              && !around.negated()
              && operand instanceof Expression.Not not
              && (not.operand() instanceof Expression.Qualified
                  || not.operand() instanceof Expression.Value)
              && withoutFragments.all.size() == targets + 1;
    }
    fragmentsExcluded = before;
    return qualifiers;
  }

  /** Returns the IP version that every matching packet has; null if that is not certain. */
  private static @Nullable Protocol named(Expression e) {
    return switch (e) {
      case Expression.ProtocolName name -> version(name.protocol());
      case Expression.Qualified qualified -> {
        Protocol protocol = version(qualified.qualifiers().protocol());
        yield protocol == null ? named(qualified.values()) : protocol;
      }
      case Expression.Value value ->
          switch (value.literal()) {
            case Literal.Ipv4 _ -> Protocol.IP;
            case Literal.Ipv6 _ -> Protocol.IP6;
            case Literal.Numeral _, Literal.Name _, Literal.Mac _ -> null;
          };
      case Expression.Group group -> named(group.inner());
      case Expression.Chain chain -> {
        List<@Nullable Protocol> each =
            chain.operands().stream().<@Nullable Protocol>map(CoverageWarnings::named).toList();
        if (!chain.connectives().contains(Connective.OR)) {
          yield each.stream().filter(Objects::nonNull).findFirst().orElse(null);
        }
        yield !chain.connectives().contains(Connective.AND) && new HashSet<>(each).size() == 1
            ? each.getFirst()
            : null;
      }
      default -> null;
    };
  }

  private static @Nullable Protocol version(@Nullable Protocol protocol) {
    if (protocol == null) {
      return null;
    }
    return switch (protocol) {
      case IP, ICMP, IGMP, IGRP, VRRP, CARP -> Protocol.IP;
      case IP6, ICMP6 -> Protocol.IP6;
      default -> null;
    };
  }

  /**
   * Visits a condition on values.
   *
   * @param target the value, or a list with its qualifiers
   * @param first the value to point at
   */
  private void value(Expression target, Expression.Value first, Around around) {
    Type type = around.type();
    if (type == Type.PORT || type == Type.PORTRANGE) {
      afterIpv6(target, first.span(), around, type);
      if (around.negated() && !fragmentsExcluded) {
        withoutFragments.add(target, first.span(), around.network(), true);
      }
    } else if (type == Type.PROTO && isIp(around.qualifiers())) {
      afterIpv6(target, first.span(), around, type);
    }
  }

  private static boolean isIp(@Nullable Qualifiers qualifiers) {
    return qualifiers != null
        && (qualifiers.protocol() == null || qualifiers.protocol() == Protocol.IP6);
  }

  private void afterIpv6(Expression e, Span place, Around around, @Nullable Type type) {
    if (around.network() != Protocol.IP) {
      withoutExtensionHeaders.add(
          e, place, around.network(), CoverageRewriters.ExtensionHeaders.applies(e, type));
    }
  }

  private void relation(Expression.Relation relation, Around around) {
    for (Arithmetic.Access access : CoverageRewriters.accesses(relation)) {
      Protocol protocol = access.protocol();
      if (CoverageRewriters.isTransport(protocol) && around.network() != Protocol.IP) {
        ipv4Access = ipv4Access == null ? access : ipv4Access;
        boolean fixable = CoverageRewriters.OtherVersion.applies(relation);
        ipv4Only.add(relation, access.span(), around.network(), fixable);
      } else if (protocol == Protocol.ICMP6) {
        afterIpv6(relation, access.span(), around, null);
      }
      if (access.index() instanceof Arithmetic.Numeral index) {
        testsFragments |= protocol == Protocol.IP && index.value() == 6;
        testsFragments |= protocol == Protocol.IP6 && index.value() == 42;
        testsNextHeader |= protocol == Protocol.IP6 && index.value() == 6;
      }
    }
  }
}
