package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.codegen.InstructionSelector.RejectsAll;
import io.dropwatch.pcapfilter.internal.codegen.InstructionSelector.StateCode;
import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Operands;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import org.jspecify.annotations.Nullable;

/** Generates the code of one node in one state. */
final class ClassicNodeCodegen {
  private final ClassicState state;
  private final ScratchAllocator words;
  private final IndexAnalysis indices;
  private final OperandCodegen operands;

  ClassicNodeCodegen(ClassicState state, ScratchAllocator words, IndexAnalysis indices) {
    this.state = state;
    this.words = words;
    this.indices = indices;
    this.operands = new OperandCodegen(words, state.a(), state.x());
  }

  /**
   * Returns the code of the state.
   *
   * @throws RejectsAll if every packet is rejected
   */
  StateCode<ClassicState, Operation> generate() {
    return switch (state.node()) {
      case Node.Branch branch -> branch(branch);
      case Node.Assign assign -> assign(assign);
      case Node.Verdict _ -> throw new IllegalStateException("a verdict has no code");
    };
  }

  private StateCode<ClassicState, Operation> assign(Node.Assign assign) {
    Operand.Variable variable = assign.variable();
    Operand number = OperandCodegen.withoutMac(assign.operand());
    boolean inX = number instanceof Operand.Constant || OperandCodegen.headerLength(number) != null;
    if (inX) {
      operands.toX(number);
      operands.add(new Operation(Opcode.STX, words.word(variable)));
    } else {
      operands.toA(number);
      operands.add(Operation.store(words.word(variable)));
    }
    forget(variable);
    if (inX) {
      operands.setX(variable);
    } else {
      operands.setA(variable);
      if (indices.isNeeded(assign.next(), variable)) {
        operands.add(Operation.tax());
        operands.setX(variable);
      }
    }
    return follow(assign.next());
  }

  private void forget(Operand.Variable variable) {
    if (mentions(operands.a(), variable)) {
      operands.setA(null);
    }
    if (mentions(operands.x(), variable)) {
      operands.setX(null);
    }
  }

  private StateCode<ClassicState, Operation> branch(Node.Branch branch) {
    Predicate.Compare test = branch.test();
    Operand left = OperandCodegen.withoutMac(test.left());
    Operand right = OperandCodegen.withoutMac(test.right());
    if (left instanceof Operand.Constant(int a) && right instanceof Operand.Constant(int b)) {
      return follow(test.relation().holds(a, b) ? branch.yes() : branch.no());
    }
    if (left instanceof Operand.Constant(int value)) {
      operands.toA(right);
      return swapped(branch, test.relation(), value);
    }
    if (!(right instanceof Operand.Constant(int value))) {
      operands.operands(left, right);
      return fork(Operation.jumpX(Opcode.of(test.relation())), branch.yes(), branch.no());
    }
    boolean zero = test.relation() == Relation.EQUAL && value == 0;
    if (zero
        && left instanceof Operand.Binary and
        && and.operator() == Operator.AND
        && and.right() instanceof Operand.Constant(int mask)
        && !left.equals(operands.a())) {
      operands.toA(and.left());
      if (mask == 0) {
        return follow(branch.yes());
      }
      return fork(Operation.jump(Opcode.JSET, mask), branch.no(), branch.yes());
    }
    operands.toA(left);
    return fork(Operation.jump(Opcode.of(test.relation()), value), branch.yes(), branch.no());
  }

  /** {@code value relation A}. */
  private StateCode<ClassicState, Operation> swapped(
      Node.Branch branch, Relation relation, int value) {
    return switch (relation) {
      case EQUAL, COMMON_BITS ->
          fork(Operation.jump(Opcode.of(relation), value), branch.yes(), branch.no());
      case GREATER -> fork(Operation.jump(Opcode.JGE, value), branch.no(), branch.yes());
      case GREATER_OR_EQUAL -> fork(Operation.jump(Opcode.JGT, value), branch.no(), branch.yes());
    };
  }

  private StateCode<ClassicState, Operation> fork(Operation jump, Node taken, Node next) {
    return new StateCode<>(operands.code(), jump, successor(taken), successor(next));
  }

  private StateCode<ClassicState, Operation> follow(Node node) {
    ClassicState next = successor(node);
    return new StateCode<>(operands.code(), null, next, next);
  }

  private ClassicState successor(Node node) {
    return ClassicState.at(node, operands.a(), operands.x(), indices);
  }

  private static boolean mentions(@Nullable Operand number, Operand.Variable variable) {
    return number != null && Operands.mentions(number, variable);
  }
}
