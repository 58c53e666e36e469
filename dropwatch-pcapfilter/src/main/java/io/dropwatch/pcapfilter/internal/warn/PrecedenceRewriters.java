package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.internal.ast.Arithmetic;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Expression.Connective;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Rewriters that say what an expression seems to mean. */
final class PrecedenceRewriters {
  private PrecedenceRewriters() {}

  /** Puts the operands of {@code and} into parentheses. */
  static final class AndFirst extends Rewriter {
    AndFirst(Collection<? extends Expression> targets) {
      super(targets);
    }

    @Override
    Expression chain(Expression.Chain chain, Inherited inherited) {
      if (!isTarget(chain)) {
        return super.chain(chain, inherited);
      }
      // Alternatives of operands, each with the values that are listed after it.
      List<List<List<Expression>>> alternatives = new ArrayList<>();
      for (int i = 0; i < chain.operands().size(); i++) {
        Expression operand = chain.operands().get(i);
        boolean or = i > 0 && chain.connectives().get(i - 1) == Connective.OR;
        if (or && continuesList(chain, i)) {
          alternatives.getLast().getLast().add(operand);
        } else {
          if (i == 0 || or) {
            alternatives.add(new ArrayList<>());
          }
          alternatives.getLast().add(new ArrayList<>(List.of(operand)));
        }
      }
      return alternatives(alternatives, inherited);
    }

    private static boolean continuesList(Expression.Chain chain, int i) {
      return chain.operands().get(i) instanceof Expression.Value
          && (chain.operands().get(i - 1) instanceof Expression.Qualified
              || chain.operands().get(i - 1) instanceof Expression.Value);
    }

    private Expression alternatives(
        List<List<List<Expression>>> alternatives, Inherited inherited) {
      List<Expression> results = new ArrayList<>();
      Inherited state = inherited;
      for (List<List<Expression>> conjuncts : alternatives) {
        Inherited outside = state;
        boolean several = conjuncts.size() > 1;
        state = several ? state.inParentheses() : state;
        List<Expression> parts = new ArrayList<>();
        for (List<Expression> list : conjuncts) {
          Inherited before = state;
          boolean listed = several && list.size() > 1;
          state = listed ? state.inParentheses() : state;
          List<Expression> values = new ArrayList<>();
          for (Expression value : list) {
            Expression result = visit(value, state);
            values.add(result);
            state = state.after(value, result);
          }
          if (listed) {
            parts.add(group(joined(Connective.OR, values)));
            state = new Inherited(state.meant(), before.written());
          } else if (several) {
            parts.addAll(values);
          } else {
            results.addAll(values);
          }
        }
        if (several) {
          results.add(group(joined(Connective.AND, parts)));
          state = new Inherited(state.meant(), outside.written());
        }
      }
      return joined(Connective.OR, results);
    }
  }

  /** Applies {@code not} to all values of a list. */
  static final class NotOfList extends Rewriter {
    NotOfList(Collection<? extends Expression> targets) {
      super(targets);
    }

    @Override
    Expression chain(Expression.Chain chain, Inherited inherited) {
      if (!isTarget(chain)) {
        return super.chain(chain, inherited);
      }
      List<Expression> operands = new ArrayList<>();
      List<Connective> connectives = new ArrayList<>();
      Inherited state = inherited;
      for (int i = 0; i < chain.operands().size(); ) {
        Expression operand = chain.operands().get(i);
        int end = endOfList(chain, i);
        if (i > 0) {
          connectives.add(chain.connectives().get(i - 1));
        }
        if (end > i + 1
            && operand instanceof Expression.Not not
            && not.operand() instanceof Expression.Qualified first) {
          List<Expression> values = new ArrayList<>(chain.operands().subList(i + 1, end));
          boolean or = chain.connectives().get(i) == Connective.OR;
          values.addFirst(first);
          if (or) {
            operands.add(not(joined(Connective.OR, values)));
          } else {
            values.replaceAll(value -> not(withQualifiers(value, first.qualifiers())));
            operands.addAll(values);
            values.stream().skip(1).forEach(_ -> connectives.add(Connective.AND));
          }
          // What follows states its qualifiers: it is no part of the list.
          state = new Inherited(first.qualifiers(), null);
        } else {
          Expression result = visit(operand, state);
          operands.add(result);
          state = state.after(operand, result);
        }
        i = end;
      }
      return operands.size() == 1
          ? operands.getFirst()
          : new Expression.Chain(operands, connectives, NOWHERE);
    }

    private static Expression withQualifiers(Expression value, Qualifiers qualifiers) {
      return value instanceof Expression.Value
          ? new Expression.Qualified(qualifiers, value, NOWHERE)
          : value;
    }
  }

  /** Returns the index after a negated value and the values that are joined to it by one word. */
  static int endOfList(Expression.Chain chain, int start) {
    int end = start + 1;
    if (chain.operands().get(start) instanceof Expression.Not not
        && not.operand() instanceof Expression.Qualified qualified
        && qualified.values() instanceof Expression.Value) {
      while (end < chain.operands().size()
          && chain.operands().get(end) instanceof Expression.Value
          && chain.connectives().get(end - 1) == chain.connectives().get(start)) {
        end++;
      }
    }
    return end;
  }

  /** Makes networks of short addresses. */
  static final class Networks extends Rewriter {
    Networks(Collection<? extends Expression> targets) {
      super(targets);
    }

    @Override
    Expression replacement(Expression target, Expression whole) {
      return whole instanceof Expression.Qualified(Qualifiers q, Expression value, var _)
          ? new Expression.Qualified(
              new Qualifiers(q.protocol(), q.direction(), Qualifiers.Type.NET), value, NOWHERE)
          : whole;
    }
  }

  /** Limits the right operand of {@code %} and {@code ^} to the next number. */
  static final class NextNumber extends Rewriter {
    NextNumber(Collection<? extends Expression> targets) {
      super(targets);
    }

    @Override
    Expression replacement(Expression target, Expression whole) {
      return whole instanceof Expression.Relation relation
          ? new Expression.Relation(
              limited(relation.left()), relation.comparison(), limited(relation.right()), NOWHERE)
          : whole;
    }

    private static Arithmetic limited(Arithmetic a) {
      return switch (a) {
        case Arithmetic.Binary binary
            when isGreedy(binary) && binary.right() instanceof Arithmetic.Binary right ->
            limited(afterFirst(binary, right));
        case Arithmetic.Binary binary ->
            new Arithmetic.Binary(
                binary.operator(), limited(binary.left()), limited(binary.right()), NOWHERE);
        case Arithmetic.Negation negation ->
            new Arithmetic.Negation(limited(negation.operand()), NOWHERE);
        case Arithmetic.Group group -> new Arithmetic.Group(limited(group.inner()), NOWHERE);
        case Arithmetic.Access access ->
            new Arithmetic.Access(
                access.protocol(), limited(access.index()), access.size(), NOWHERE);
        case Arithmetic.Numeral _, Arithmetic.Length _ -> a;
      };
    }

    /** Returns the right operand with its first number replaced by the operator's result. */
    private static Arithmetic afterFirst(Arithmetic.Binary greedy, Arithmetic.Binary right) {
      Arithmetic first =
          right.left() instanceof Arithmetic.Binary deeper
              ? afterFirst(greedy, deeper)
              : new Arithmetic.Group(
                  new Arithmetic.Binary(greedy.operator(), greedy.left(), right.left(), NOWHERE),
                  NOWHERE);
      return new Arithmetic.Binary(right.operator(), first, right.right(), NOWHERE);
    }
  }

  static boolean isGreedy(Arithmetic.Binary binary) {
    return binary.operator().precedence() == Arithmetic.GREEDY;
  }
}
