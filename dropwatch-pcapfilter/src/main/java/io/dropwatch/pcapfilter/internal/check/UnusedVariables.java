package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Removes definitions of variables that nothing reads: where a VLAN tag is matters only to what
 * comes after it.
 */
final class UnusedVariables {
  private final Set<Operand.Variable> read = new HashSet<>();
  private boolean defined;

  private UnusedVariables() {}

  static Predicate without(Predicate predicate) {
    UnusedVariables variables = new UnusedVariables();
    variables.visit(predicate);
    return variables.defined ? variables.rewrite(predicate) : predicate;
  }

  private void visit(Predicate predicate) {
    switch (predicate) {
      case Predicate.Always _ -> {}
      case Predicate.Compare compare -> {
        visit(compare.left());
        visit(compare.right());
      }
      case Predicate.Not not -> visit(not.operand());
      case Predicate.Chain chain -> chain.operands().forEach(this::visit);
      case Predicate.Define define -> {
        defined = true;
        visit(define.number());
      }
      case Predicate.Primitive primitive -> visit(primitive.meaning());
    }
  }

  private void visit(Operand operand) {
    switch (operand) {
      case Operand.Variable variable -> read.add(variable);
      case Operand.Binary binary -> {
        visit(binary.left());
        visit(binary.right());
      }
      case Operand.Load load -> {
        if (load.index() != null) {
          visit(load.index());
        }
      }
      case Operand.Constant _, Operand.WireLength _, Operand.Metadata _ -> {}
    }
  }

  private Predicate rewrite(Predicate predicate) {
    return switch (predicate) {
      case Predicate.Define define ->
          read.contains(define.variable()) || mayReject(define.number())
              ? define
              : new Predicate.Always(true);
      case Predicate.Not not -> Predicate.not(rewrite(not.operand()));
      case Predicate.Chain chain -> {
        List<Predicate> operands = chain.operands().stream().map(this::rewrite).toList();
        yield new Predicate.Chain(operands, chain.conjunctions());
      }
      case Predicate.Primitive primitive ->
          new Predicate.Primitive(
              primitive.text(), primitive.place(), rewrite(primitive.meaning()));
      case Predicate.Always _, Predicate.Compare _ -> predicate;
    };
  }

  private static boolean mayReject(Operand operand) {
    return switch (operand) {
      case Operand.Load _ -> true;
      case Operand.Binary binary ->
          binary.operator() == Operand.Operator.DIVIDE
              || binary.operator() == Operand.Operator.MODULO
              || mayReject(binary.left())
              || mayReject(binary.right());
      case Operand.Constant _, Operand.WireLength _, Operand.Metadata _, Operand.Variable _ ->
          false;
    };
  }
}
