package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.ast.Arithmetic;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Expression.Connective;
import io.dropwatch.pcapfilter.internal.ast.Literal;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.ArrayList;
import java.util.List;

/** Warnings about expressions that mean something else than they seem to. */
final class PrecedenceWarnings {
  /** Larger numbers are hardly meant as the first part of an address. */
  private static final int LARGEST_PART = 255;

  private final Warnings warnings;
  private final List<Expression> chainsToGroup = new ArrayList<>();
  private final List<Expression> chainsWithLists = new ArrayList<>();
  private final List<Expression> networks = new ArrayList<>();
  private final List<Expression> relations = new ArrayList<>();
  private final List<Finding> found = new ArrayList<>();

  PrecedenceWarnings(Warnings warnings) {
    this.warnings = warnings;
  }

  void visit(Expression tree) {
    var _ = visit(tree, false);
    for (Finding finding : found) {
      warnings.add(
          new Finding(
              finding.code(),
              finding.span(),
              finding.message(),
              finding.fix(),
              switch (finding.code()) {
                case AND_OR_PRECEDENCE -> new PrecedenceRewriters.AndFirst(chainsToGroup);
                case NOT_BEFORE_LIST -> new PrecedenceRewriters.NotOfList(chainsWithLists);
                case SHORT_HOST_ADDRESS -> new PrecedenceRewriters.Networks(networks);
                default -> new PrecedenceRewriters.NextNumber(relations);
              }));
    }
  }

  /**
   * Visits an expression.
   *
   * @param host whether a value in it is a host
   * @return whether a bare value after it is a host
   */
  private boolean visit(Expression e, boolean host) {
    return switch (e) {
      case Expression.Chain chain -> chain(chain, host);
      case Expression.Not not -> visit(not.operand(), host);
      case Expression.Group group -> {
        visit(group.inner(), host);
        yield host;
      }
      case Expression.Qualified qualified -> {
        Qualifiers.Type type = qualified.qualifiers().type();
        yield visit(qualified.values(), type == null || type == Qualifiers.Type.HOST);
      }
      case Expression.Value value -> {
        if (host
            && value.literal() instanceof Literal.Numeral(int number, String text)
            && number > 0
            && number <= LARGEST_PART) {
          networks.add(value);
          tell(
              Code.SHORT_HOST_ADDRESS,
              value.span(),
              "as a host, " + text + " means the address 0.0.0." + number,
              "write 'net " + number + "' for the network, or the whole address");
        }
        yield host;
      }
      case Expression.Relation relation -> {
        int before = found.size();
        arithmetic(relation.left());
        arithmetic(relation.right());
        if (found.size() > before) {
          relations.add(relation);
        }
        yield false;
      }
      case Expression.Everything _, Expression.Primitive _ -> false;
    };
  }

  private boolean chain(Expression.Chain chain, boolean host) {
    boolean inherited = host;
    int alternative = -1;
    boolean mixed = false;
    boolean listed = false;
    for (int i = 0; i < chain.operands().size(); i++) {
      Expression operand = chain.operands().get(i);
      inherited = visit(operand, inherited);
      if (i == 0) {
        continue;
      }
      boolean bare = operand instanceof Expression.Value;
      if (bare && !listed && chain.operands().get(i - 1) instanceof Expression.Not not) {
        listed = notOfAList(not, operand);
        if (listed) {
          chainsWithLists.add(chain);
        }
      }
      if (chain.connectives().get(i - 1) == Connective.OR) {
        // "port 80 or 443 and tcp" is read as it is meant.
        alternative = bare ? alternative : i;
      } else if (alternative > 0 && !mixed) {
        mixed = true;
        mixed(chain, alternative, i);
      }
    }
    return inherited;
  }

  private void mixed(Expression.Chain chain, int alternative, int conjunct) {
    Span first = chain.operands().getFirst().span();
    Span left = first.to(chain.operands().get(conjunct - 1).span());
    Span or = chain.operands().get(alternative).span();
    Span and = chain.operands().get(conjunct).span();
    chainsToGroup.add(chain);
    tell(
        Code.AND_OR_PRECEDENCE,
        or.to(and),
        "'and' and 'or' have the same precedence, from left to right: this means '("
            + warnings.words(left)
            + ") and "
            + warnings.words(and)
            + "'",
        "add parentheses; with 'and' first, write");
  }

  private boolean notOfAList(Expression.Not not, Expression value) {
    if (not.operand() instanceof Expression.Qualified qualified
        && qualified.values() instanceof Expression.Value) {
      String words = qualified.qualifiers().words();
      String name = warnings.words(value.span());
      tell(
          Code.NOT_BEFORE_LIST,
          value.span(),
          "'not' applies to the first value only: this one means '" + words + " " + name + "'",
          "to exclude all values of the list, write");
      return true;
    }
    return false;
  }

  private void tell(Code code, Span span, String message, String fix) {
    found.add(new Finding(code, span, message, fix, null));
  }

  private void arithmetic(Arithmetic a) {
    switch (a) {
      case Arithmetic.Binary binary -> {
        if (PrecedenceRewriters.isGreedy(binary)
            && binary.right() instanceof Arithmetic.Binary right) {
          String symbol = binary.operator().symbol();
          tell(
              Code.OPERATOR_PRECEDENCE,
              binary.span(),
              "'"
                  + symbol
                  + "' takes everything after it as its right operand: this means '"
                  + warnings.words(binary.left().span())
                  + " "
                  + symbol
                  + " ("
                  + warnings.words(right.span())
                  + ")'",
              "if its right operand is the next number only, add parentheses");
        }
        arithmetic(binary.left());
        arithmetic(binary.right());
      }
      case Arithmetic.Negation negation -> arithmetic(negation.operand());
      case Arithmetic.Group group -> arithmetic(group.inner());
      case Arithmetic.Access access -> arithmetic(access.index());
      case Arithmetic.Numeral _, Arithmetic.Length _ -> {}
    }
  }
}
