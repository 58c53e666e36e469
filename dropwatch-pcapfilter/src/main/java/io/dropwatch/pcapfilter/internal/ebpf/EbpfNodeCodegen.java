package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.codegen.CodeFragment;
import io.dropwatch.pcapfilter.internal.codegen.InstructionSelector.RejectsAll;
import io.dropwatch.pcapfilter.internal.codegen.InstructionSelector.StateCode;
import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfCompiler.Options;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfState.Form;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Generates the code of one node in one state. */
final class EbpfNodeCodegen {
  private static final Predicate.Compare MAC_IS_PRESENT =
      new Predicate.Compare(
          new Operand.Metadata(MetadataField.MAC_LENGTH), Relation.EQUAL, Operand.of(14));

  /** With fewer free registers, the left operand is pushed on the stack meanwhile. */
  private static final int MIN_FREE_REGISTERS = 4;

  private final EbpfState state;
  private final BoundsAnalysis bounds;
  private final boolean homes;
  private final List<CodeFragment<Insn>> code = new ArrayList<>();
  private final Registers registers;
  private final PacketReads reads;

  EbpfNodeCodegen(EbpfState state, BoundsAnalysis bounds, Options options) {
    this.state = state;
    this.bounds = bounds;
    this.homes = options.homes();
    this.registers = new Registers(state, !bounds.metadata(), options, code);
    this.reads = new PacketReads(this, state, bounds, registers, code);
  }

  /**
   * Returns the code of the state.
   *
   * @throws RejectsAll if every packet is rejected
   */
  StateCode<EbpfState, Insn> generate() {
    reads.requireMinLength();
    return switch (state.node()) {
      case Node.Branch branch -> branch(branch);
      case Node.Assign assign -> assign(assign);
      case Node.Verdict _ -> throw new IllegalStateException("a verdict has no code");
    };
  }

  private StateCode<EbpfState, Insn> assign(Node.Assign assign) {
    int register = fresh(assign.operand());
    registers.release(register);
    reads.forget(assign.variable());
    int home = homes ? registers.home(assign.variable()) : register;
    if (home != register) {
      emit(Insn.aluRegister(Opcode.MOV, home, register));
      registers.forget(register);
    }
    registers.holds(home, assign.variable(), Form.NUMBER);
    EbpfState next = reads.state(assign.next());
    return new StateCode<>(code, null, next, next);
  }

  private StateCode<EbpfState, Insn> branch(Node.Branch branch) {
    Jump jump = compare(branch.test());
    EbpfState no = reads.state(branch.no());
    if (branch.test().equals(MAC_IS_PRESENT)) {
      reads.macIsPresent();
    }
    EbpfState yes = reads.state(branch.yes());
    Insn instruction = jump.instruction();
    if (instruction == null) {
      EbpfState always = jump.takenWhenTrue() ? yes : no;
      return new StateCode<>(code, null, always, always);
    }
    EbpfState taken = jump.takenWhenTrue() ? yes : no;
    EbpfState next = jump.takenWhenTrue() ? no : yes;
    return new StateCode<>(
        code,
        instruction,
        instruction.impliesNonZero(true) ? taken.withNonZero() : taken,
        instruction.impliesNonZero(false) ? next.withNonZero() : next);
  }

  /**
   * A jump for a comparison.
   *
   * @param instruction null for a comparison that always has the same outcome
   * @param takenWhenTrue whether the jump is taken when the comparison holds, or that outcome
   */
  private record Jump(@Nullable Insn instruction, boolean takenWhenTrue) {
    static Jump always(boolean outcome) {
      return new Jump(null, outcome);
    }
  }

  private Jump compare(Predicate.Compare test) {
    if (!(test.right() instanceof Operand.Constant(int constant))) {
      int left = number(test.left());
      registers.hold(left);
      int right = number(test.right());
      registers.release(left);
      return new Jump(Insn.jump32Register(Opcode.of(test.relation()), left, right), true);
    }
    boolean equality = test.relation() == Relation.EQUAL || test.relation() == Relation.COMMON_BITS;
    if (equality && test.left() instanceof Operand.Load load && !bounds.asNumber(load)) {
      return raw(load, -1, test.relation(), constant);
    }
    if (equality
        && test.left() instanceof Operand.Binary(Operator operator, Operand left, Operand right)
        && operator == Operator.AND
        && left instanceof Operand.Load load
        && right instanceof Operand.Constant(int mask)
        && !bounds.asNumber(load)) {
      return raw(load, mask, test.relation(), constant);
    }
    if (!equality && test.left() instanceof Operand.Load load && constant >>> 16 == 0) {
      int register = reads.upper(load);
      if (register >= 0) {
        int upper = constant << 16;
        int limit = test.relation() == Relation.GREATER ? upper | 0xffff : upper;
        return new Jump(Insn.jump(Opcode.of(test.relation()), register, limit), true);
      }
    }
    int register = number(test.left());
    return new Jump(Insn.jump(Opcode.of(test.relation()), register, constant), true);
  }

  // Bytes in packet order are compared with a byte-swapped constant.
  private Jump raw(Operand.Load load, int mask, Relation relation, int constant) {
    int register = reads.load(load, Form.RAW);
    int all = load.size() == 4 ? -1 : -1 >>> (32 - 8 * load.size());
    if (relation == Relation.COMMON_BITS) {
      int bits = mask & constant & all;
      return bits == 0 ? Jump.always(false) : new Jump(bits(register, bits, load), true);
    }
    int kept = mask & all;
    if ((constant & ~kept) != 0) {
      return Jump.always(false);
    }
    if (kept == 0) {
      return Jump.always(true);
    }
    if (kept == all) {
      int swapped = swap(constant, load.size());
      return new Jump(Insn.jump(Opcode.JEQ, register, swapped), true);
    }
    if (constant == 0) {
      return new Jump(bits(register, kept, load), false);
    }
    if (constant == kept && Integer.bitCount(kept) == 1) {
      return new Jump(bits(register, kept, load), true);
    }
    int masked = own(register, usedBelow(load));
    emit(Insn.alu(Opcode.AND, masked, swap(kept, load.size())));
    registers.release(masked);
    int swapped = swap(constant, load.size());
    return new Jump(Insn.jump(Opcode.JEQ, masked, swapped), true);
  }

  private static Insn bits(int register, int bits, Operand.Load load) {
    int swapped = swap(bits, load.size());
    return Insn.jump(Opcode.JSET, register, swapped);
  }

  private static int swap(int value, int size) {
    return Integer.reverseBytes(value) >>> (32 - 8 * size);
  }

  /** Returns a register with the content of {@code register} that may be written to; held. */
  int own(int register, boolean neededLater) {
    boolean inUse = registers.held(register);
    if (!neededLater && !inUse) {
      registers.forget(register);
      registers.hold(register);
      return register;
    }
    registers.hold(register);
    int copy = registers.take();
    if (!inUse) {
      registers.release(register);
    }
    emit(Insn.aluRegister(Opcode.MOV, copy, register));
    return copy;
  }

  /** Returns a register that holds the number. It must not be written to. */
  int number(Operand operand) {
    int known = registers.find(operand, Form.NUMBER);
    if (known >= 0) {
      return known;
    }
    if (operand instanceof Operand.Load load) {
      return reads.load(load, Form.NUMBER);
    }
    int register = fresh(operand);
    registers.release(register);
    registers.holds(register, operand, Form.NUMBER);
    return register;
  }

  /** Returns a register that holds the number and may be written to; held. */
  int fresh(Operand operand) {
    int known = registers.find(operand, Form.NUMBER);
    if (known < 0 && operand instanceof Operand.Load load) {
      known = reads.load(load, Form.NUMBER);
    }
    if (known >= 0) {
      return own(known, usedBelow(operand) || operand instanceof Operand.Variable);
    }
    return switch (operand) {
      case Operand.Constant(int value) -> into(r -> Insn.alu(Opcode.MOV, r, value));
      case Operand.WireLength _ -> into(r -> Insn.load(r, PacketReads.METADATA, 0, 4));
      case Operand.Metadata(var field) ->
          into(r -> Insn.load(r, PacketReads.METADATA, field.offset(), field.size()));
      case Operand.Variable variable -> into(r -> registers.reload(variable, r));
      case Operand.Binary binary -> binary(binary);
      case Operand.Load load -> throw new IllegalStateException("not loaded: " + load);
    };
  }

  private int into(IntFunction<Insn> instruction) {
    int register = registers.take();
    emit(instruction.apply(register));
    return register;
  }

  private int binary(Operand.Binary binary) {
    int left = fresh(binary.left());
    if (binary.right() instanceof Operand.Constant(int value)) {
      withConstant(binary.operator(), left, value);
      return left;
    }
    if (registers.free() >= MIN_FREE_REGISTERS) {
      int right = number(binary.right());
      registers.hold(right);
      withRegister(binary.operator(), left, right);
      registers.release(right);
      return left;
    }
    int place = registers.push(left);
    int right = number(binary.right());
    registers.hold(right);
    int again = registers.pop(place);
    withRegister(binary.operator(), again, right);
    registers.release(right);
    return again;
  }

  private void withConstant(Operator operator, int left, int value) {
    switch (operator) {
      case DIVIDE, MODULO -> {
        if (value == 0) {
          throw new RejectsAll();
        }
        emit(Insn.alu(Opcode.of(operator), left, value));
      }
      case SHIFT_LEFT, SHIFT_RIGHT -> {
        boolean zero = Integer.compareUnsigned(value, 31) > 0;
        emit(zero ? Insn.alu(Opcode.MOV, left, 0) : Insn.alu(Opcode.of(operator), left, value));
      }
      case ADD, SUBTRACT, MULTIPLY, AND, OR, XOR ->
          emit(Insn.alu(Opcode.of(operator), left, value));
    }
  }

  private void withRegister(Operator operator, int left, int right) {
    Insn instruction = Insn.aluRegister(Opcode.of(operator), left, right);
    switch (operator) {
      case DIVIDE, MODULO -> {
        rejectIf(Insn.jump(Opcode.JEQ, right, 0));
        emit(instruction);
      }
      // eBPF uses the distance modulo 32; in the filter language the result is 0 from 32 on.
      case SHIFT_LEFT, SHIFT_RIGHT ->
          code.add(
              new CodeFragment.Either<>(
                  Insn.jump(Opcode.JGT, right, 31),
                  List.of(Insn.alu(Opcode.MOV, left, 0)),
                  List.of(instruction)));
      case ADD, SUBTRACT, MULTIPLY, AND, OR, XOR -> emit(instruction);
    }
  }

  /** Returns whether a number is read again by the successors of this node or below them. */
  boolean usedBelow(Operand operand) {
    return state.node().successors().stream().anyMatch(n -> bounds.used(n).contains(operand));
  }

  void emit(Insn instruction) {
    code.add(new CodeFragment.Plain<>(instruction));
  }

  void rejectIf(Insn jump) {
    code.add(new CodeFragment.RejectIf<>(jump));
  }
}
