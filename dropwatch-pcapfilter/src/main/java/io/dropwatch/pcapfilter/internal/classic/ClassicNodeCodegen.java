package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Operator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The code of one node in one state. */
final class ClassicNodeCodegen {
  private final ScratchAllocator words;
  private final IndexAnalysis indices;
  private final OperandCodegen numbers;

  private ClassicNodeCodegen(
      ScratchAllocator words, IndexAnalysis indices, OperandCodegen numbers) {
    this.words = words;
    this.indices = indices;
    this.numbers = numbers;
  }

  /**
   * Operations and what follows them.
   *
   * @param rejects whether nothing passes the operations
   * @param jump the last one, or null when there is one successor only
   * @param yes where the jump goes, or what follows
   * @param no where it goes otherwise; {@code yes} when there is no jump
   */
  record Plan(
      List<Operation> operations,
      boolean rejects,
      @Nullable Operation jump,
      ClassicState yes,
      ClassicState no) {}

  /** The code of a node that is no verdict. */
  static Plan plan(ClassicState state, ScratchAllocator words, IndexAnalysis indices) {
    ClassicNodeCodegen code =
        new ClassicNodeCodegen(words, indices, new OperandCodegen(words, state.a(), state.x()));
    return switch (state.node()) {
      case Node.Branch branch -> code.branch(branch);
      case Node.Assign assign -> code.assign(assign);
      case Node.Verdict _ -> throw new IllegalStateException("a verdict has no code");
    };
  }

  static UnsupportedOperationException noRoom() {
    return new UnsupportedOperationException(
        "the filter keeps more numbers at a time than the "
            + Operation.WORDS
            + " scratch words of classic BPF hold");
  }

  private Plan assign(Node.Assign assign) {
    Quantity.Variable variable = assign.variable();
    Quantity number = OperandCodegen.plain(assign.quantity());
    boolean inX =
        number instanceof Quantity.Constant || OperandCodegen.headerLength(number) != null;
    if (inX) {
      numbers.toX(number);
      numbers.add(new Operation(Operation.STX, words.word(variable)));
    } else {
      numbers.toA(number);
      numbers.add(Operation.store(words.word(variable)));
    }
    forget(variable);
    if (inX) {
      numbers.setX(variable);
    } else {
      numbers.setA(variable);
      if (indices.useful(assign.next(), variable)) {
        numbers.add(Operation.tax());
        numbers.setX(variable);
      }
    }
    ClassicState next = successor(assign.next());
    return new Plan(numbers.operations(), numbers.rejects(), null, next, next);
  }

  private void forget(Quantity.Variable variable) {
    if (IndexAnalysis.mentions(numbers.a(), variable)) {
      numbers.setA(null);
    }
    if (IndexAnalysis.mentions(numbers.x(), variable)) {
      numbers.setX(null);
    }
  }

  private Plan branch(Node.Branch branch) {
    Predicate.Compare test = branch.test();
    Quantity left = OperandCodegen.plain(test.left());
    Quantity right = OperandCodegen.plain(test.right());
    if (left instanceof Quantity.Constant(int a) && right instanceof Quantity.Constant(int b)) {
      ClassicState next = successor(test.relation().holds(a, b) ? branch.yes() : branch.no());
      return new Plan(List.of(), false, null, next, next);
    }
    if (left instanceof Quantity.Constant(int value)) {
      numbers.toA(right);
      return swapped(branch, test.relation(), value);
    }
    if (!(right instanceof Quantity.Constant(int value))) {
      numbers.operands(left, right);
      return fork(Operation.jumpX(code(test.relation())), branch.yes(), branch.no());
    }
    boolean zero = test.relation() == Relation.EQUAL && value == 0;
    if (zero
        && left instanceof Quantity.Binary and
        && and.operator() == Operator.AND
        && and.right() instanceof Quantity.Constant(int mask)
        && !left.equals(numbers.a())) {
      numbers.toA(and.left());
      if (mask == 0) {
        ClassicState next = successor(branch.yes());
        return new Plan(numbers.operations(), numbers.rejects(), null, next, next);
      }
      return fork(Operation.jump(Operation.JSET, mask), branch.no(), branch.yes());
    }
    numbers.toA(left);
    return fork(Operation.jump(code(test.relation()), value), branch.yes(), branch.no());
  }

  /** {@code value relation A}. */
  private Plan swapped(Node.Branch branch, Relation relation, int value) {
    return switch (relation) {
      case EQUAL, COMMON_BITS ->
          fork(Operation.jump(code(relation), value), branch.yes(), branch.no());
      case GREATER -> fork(Operation.jump(Operation.JGE, value), branch.no(), branch.yes());
      case GREATER_OR_EQUAL ->
          fork(Operation.jump(Operation.JGT, value), branch.no(), branch.yes());
    };
  }

  private Plan fork(Operation jump, Node yes, Node no) {
    return new Plan(numbers.operations(), numbers.rejects(), jump, successor(yes), successor(no));
  }

  private ClassicState successor(Node node) {
    return ClassicState.at(node, numbers.a(), numbers.x(), indices);
  }

  private static int code(Relation relation) {
    return switch (relation) {
      case EQUAL -> Operation.JEQ;
      case GREATER -> Operation.JGT;
      case GREATER_OR_EQUAL -> Operation.JGE;
      case COMMON_BITS -> Operation.JSET;
    };
  }
}
