package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Expression.Connective;
import io.dropwatch.pcapfilter.internal.ast.Expression.Encapsulation;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Warnings about conditions after a {@code vlan} or similar that are also evaluated for packets
 * without that header, where they read at the wrong offset.
 */
final class EncapsulationWarnings {
  private final Warnings warnings;
  private final PacketView view;
  private final List<Encapsulation> passed = new ArrayList<>();
  private final Set<Encapsulation> warned = new HashSet<>();

  EncapsulationWarnings(Warnings warnings, PacketView view) {
    this.warnings = warnings;
    this.view = view;
  }

  /** Headers that are certainly present when an expression is true, and when it is false. */
  private record Known(Set<Encapsulation> whenTrue, Set<Encapsulation> whenFalse) {
    Known opposite() {
      return new Known(/* whenTrue= */ whenFalse, /* whenFalse= */ whenTrue);
    }
  }

  void visit(Expression tree) {
    var _ = visit(tree, Set.of());
  }

  private Known visit(Expression e, Set<Encapsulation> certain) {
    return switch (e) {
      case Expression.Chain chain -> chain(chain, certain);
      case Expression.Not not -> {
        Known operand = visit(not.operand(), certain);
        yield operand.opposite();
      }
      case Expression.Group group -> visit(group.inner(), certain);
      case Expression.Qualified qualified -> visit(qualified.values(), certain);
      case Encapsulation encapsulation -> {
        check(e, certain);
        if (shifts(encapsulation)) {
          passed.add(encapsulation);
          Set<Encapsulation> more = new HashSet<>(certain);
          more.add(encapsulation);
          yield new Known(more, certain);
        }
        yield new Known(certain, certain);
      }
      case Expression.Value _,
          Expression.ProtocolName _,
          Expression.Relation _,
          Expression.Broadcast _,
          Expression.Multicast _,
          Expression.ByteTest _,
          Expression.Llc _ -> {
        check(e, certain);
        yield new Known(certain, certain);
      }
      case Expression.Everything _,
          Expression.Less _,
          Expression.Greater _,
          Expression.Direction _,
          Expression.InterfaceIndex _,
          Expression.InterfaceName _ ->
          new Known(certain, certain);
    };
  }

  private Known chain(Expression.Chain chain, Set<Encapsulation> certain) {
    Known known = visit(chain.operands().getFirst(), certain);
    for (int i = 1; i < chain.operands().size(); i++) {
      boolean and = chain.connectives().get(i - 1) == Connective.AND;
      Known next = visit(chain.operands().get(i), and ? known.whenTrue() : known.whenFalse());
      known =
          and
              ? new Known(next.whenTrue(), both(known.whenFalse(), next.whenFalse()))
              : new Known(both(known.whenTrue(), next.whenTrue()), next.whenFalse());
    }
    return known;
  }

  private static Set<Encapsulation> both(Set<Encapsulation> a, Set<Encapsulation> b) {
    if (a.equals(b)) {
      return a;
    }
    Set<Encapsulation> common = new HashSet<>(a);
    common.retainAll(b);
    return common;
  }

  private void check(Expression test, Set<Encapsulation> certain) {
    for (Encapsulation encapsulation : passed) {
      if (!certain.contains(encapsulation) && warned.add(encapsulation)) {
        String word = encapsulation.kind().word();
        warnings.add(
            new Finding(
                Code.SHIFTED_OFFSETS,
                encapsulation.span(),
                "'"
                    + word
                    + "' shifts the offsets of all conditions after it, also for packets without it: '"
                    + warnings.words(test.span())
                    + "' then reads at the wrong offset",
                "write conditions that do not depend on '" + word + "' before it",
                new ConditionsFirst()));
      }
    }
  }

  /** Moves operands that shift offsets after those that do not. */
  private final class ConditionsFirst extends Rewriter {
    ConditionsFirst() {
      super(List.of());
    }

    @Override
    Expression chain(Expression.Chain chain, Inherited inherited) {
      boolean uniform = chain.connectives().stream().distinct().count() == 1;
      boolean and = chain.connectives().getFirst() == Connective.AND;
      List<Expression> operands = new ArrayList<>();
      List<Expression> moved = new ArrayList<>();
      Inherited state = inherited;
      for (Expression operand : chain.operands()) {
        Expression result = visit(operand, uniform ? state.inParentheses() : state);
        state = state.after(operand, result);
        // What is joined to a header by 'and' is about packets with it: its place is after it.
        boolean moves = uniform && contains(operand) && and == operand instanceof Expression.Not;
        (moves ? moved : operands).add(result);
      }
      operands.addAll(moved);
      return new Expression.Chain(operands, chain.connectives(), NOWHERE);
    }

    private boolean contains(Expression e) {
      return switch (e) {
        case Expression.Chain chain -> chain.operands().stream().anyMatch(this::contains);
        case Expression.Not not -> contains(not.operand());
        case Expression.Group group -> contains(group.inner());
        case Encapsulation encapsulation -> shifts(encapsulation);
        default -> false;
      };
    }
  }

  // In the kernel's view a tag shifts offsets only for packets that have it in the window.
  private boolean shifts(Encapsulation encapsulation) {
    return switch (encapsulation.kind()) {
      case VLAN -> view != PacketView.SKB;
      case MPLS, PPPOE_SESSION, GENEVE, VXLAN -> true;
      case PPPOE_DISCOVERY -> false;
    };
  }
}
