package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Expression.Connective;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites the nodes of a syntax tree that a warning is about. All others keep their meaning: where
 * a value no longer inherits the qualifiers that it has, they are written before it.
 */
abstract class Rewriter {
  /** Of what was not in the expression. */
  static final Span NOWHERE = new Span(0, 0);

  private final Set<Expression> targets = Collections.newSetFromMap(new IdentityHashMap<>());

  Rewriter(Collection<? extends Expression> targets) {
    this.targets.addAll(targets);
  }

  /**
   * The qualifiers that a value inherits.
   *
   * @param meant in the original expression
   * @param written in the new one
   */
  record Inherited(@Nullable Qualifiers meant, @Nullable Qualifiers written) {
    static final Inherited NONE = new Inherited(null, null);

    Inherited after(Expression original, Expression result) {
      return new Inherited(inheritedAfter(original, meant), inheritedAfter(result, written));
    }

    /** Values in new parentheses state their qualifiers. */
    Inherited inParentheses() {
      return new Inherited(meant, null);
    }
  }

  /** Returns the new tree. */
  final Expression rewrite(Expression tree) {
    return visit(tree, Inherited.NONE);
  }

  final boolean isTarget(Expression e) {
    return targets.contains(e);
  }

  /**
   * Returns what replaces a target other than a chain: one operand, so a chain in parentheses.
   *
   * @param whole the target, a value with its qualifiers
   */
  Expression replacement(Expression target, Expression whole) {
    return whole;
  }

  /** Returns what replaces a chain. */
  Expression chain(Expression.Chain chain, Inherited inherited) {
    List<Expression> operands = new ArrayList<>();
    Inherited state = inherited;
    for (Expression operand : chain.operands()) {
      Expression result = visit(operand, state);
      operands.add(result);
      state = state.after(operand, result);
    }
    return new Expression.Chain(operands, chain.connectives(), chain.span());
  }

  final Expression visit(Expression e, Inherited inherited) {
    return switch (e) {
      case Expression.Chain chain -> chain(chain, inherited);
      case Expression.Not not -> not(visit(not.operand(), inherited));
      case Expression.Group group -> group(visit(group.inner(), inherited.inParentheses()));
      case Expression.Qualified qualified -> {
        if (isTarget(qualified) || isTarget(qualified.values())) {
          yield replacement(isTarget(qualified) ? qualified : qualified.values(), qualified);
        }
        yield containsTarget(qualified.values())
            ? visit(qualified.values(), new Inherited(qualified.qualifiers(), null))
            : qualified;
      }
      case Expression.Value value -> {
        Expression whole =
            inherited.meant() == null
                ? value
                : new Expression.Qualified(inherited.meant(), value, value.span());
        if (isTarget(value)) {
          yield replacement(value, whole);
        }
        yield inherited.meant() == null || inherited.meant().equals(inherited.written())
            ? value
            : whole;
      }
      case Expression.Everything _, Expression.Primitive _ -> isTarget(e) ? replacement(e, e) : e;
    };
  }

  private boolean containsTarget(Expression values) {
    return isTarget(values)
        || switch (values) {
          case Expression.Chain chain -> chain.operands().stream().anyMatch(this::containsTarget);
          case Expression.Not not -> containsTarget(not.operand());
          case Expression.Group group -> containsTarget(group.inner());
          default -> false;
        };
  }

  /** Returns the qualifiers that a value after an expression inherits, as the checker does. */
  private static @Nullable Qualifiers inheritedAfter(Expression e, @Nullable Qualifiers before) {
    return switch (e) {
      case Expression.Chain chain -> {
        Qualifiers last = before;
        for (Expression operand : chain.operands()) {
          last = inheritedAfter(operand, last);
        }
        yield last;
      }
      case Expression.Not not -> inheritedAfter(not.operand(), before);
      case Expression.Group _, Expression.Value _ -> before;
      case Expression.Qualified qualified ->
          inheritedAfter(qualified.values(), qualified.qualifiers());
      case Expression.Everything _, Expression.Primitive _ -> null;
    };
  }

  static Expression not(Expression operand) {
    return new Expression.Not(
        operand instanceof Expression.Chain ? group(operand) : operand, NOWHERE);
  }

  static Expression group(Expression inner) {
    return inner instanceof Expression.Group ? inner : new Expression.Group(inner, NOWHERE);
  }

  /** Returns operands joined by one word; a single one as it is. */
  static Expression joined(Connective connective, List<Expression> operands) {
    if (operands.size() == 1) {
      return operands.getFirst();
    }
    List<Expression> atoms = new ArrayList<>();
    for (Expression operand : operands) {
      atoms.add(operand instanceof Expression.Chain ? group(operand) : operand);
    }
    return new Expression.Chain(
        atoms, Collections.nCopies(operands.size() - 1, connective), NOWHERE);
  }

  static Expression any(Expression... operands) {
    return group(joined(Connective.OR, List.of(operands)));
  }

  static Expression all(Expression... operands) {
    return group(joined(Connective.AND, List.of(operands)));
  }
}
