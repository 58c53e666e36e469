package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.codegen.CodeFragment;
import io.dropwatch.pcapfilter.internal.codegen.InstructionSelector.RejectsAll;
import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import io.dropwatch.pcapfilter.internal.ir.Operands;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Generates code that brings numbers into A and X. */
final class OperandCodegen {
  /** Linux reads larger offsets as negative ones. */
  private static final long MAX_OFFSET = 0x7fff_ffffL;

  private final ScratchAllocator words;
  private final List<CodeFragment<Operation>> code = new ArrayList<>();
  private int free;
  private @Nullable Operand a;
  private @Nullable Operand x;

  OperandCodegen(ScratchAllocator words, @Nullable Operand a, @Nullable Operand x) {
    this.words = words;
    this.free = words.count();
    this.a = a;
    this.x = x;
  }

  static UnsupportedOperationException outOfWords() {
    return new UnsupportedOperationException(
        "the filter keeps more numbers at a time than the %d scratch words of classic BPF hold"
            .formatted(Operation.WORDS));
  }

  /** Returns the code so far. */
  List<CodeFragment<Operation>> code() {
    return code;
  }

  /** Returns what A holds, if it is known. */
  @Nullable Operand a() {
    return a;
  }

  /** Returns what X holds, if it is known. */
  @Nullable Operand x() {
    return x;
  }

  /** Returns the number with the length of the MAC header as 0: classic BPF cannot ask for it. */
  static Operand withoutMac(Operand number) {
    return switch (number) {
      case Operand.Metadata(var field) ->
          field == MetadataField.MAC_LENGTH ? Operand.of(0) : number;
      case Operand.Binary b -> {
        Operand left = withoutMac(b.left());
        Operand right = withoutMac(b.right());
        boolean same = left == b.left() && right == b.right();
        boolean zero = b.operator() == Operator.ADD && right.equals(Operand.of(0));
        yield same ? number : zero ? left : Operand.of(b.operator(), left, right);
      }
      case Operand.Load load ->
          load.index() == null
              ? load
              : new Operand.Load(load.area(), withoutMac(load.index()), load.offset(), load.size());
      case Operand.Constant _, Operand.WireLength _, Operand.Variable _ -> number;
    };
  }

  /** Brings the number into A. */
  void toA(Operand number) {
    if (number.equals(a)) {
      return;
    }
    if (number.equals(x)) {
      add(Operation.txa());
    } else {
      switch (number) {
        case Operand.Constant(int value) -> add(Operation.constant(value));
        case Operand.WireLength _ -> add(Operation.length());
        case Operand.Variable variable -> add(Operation.loadWord(words.word(variable)));
        case Operand.Metadata(var field) -> metadata(field);
        case Operand.Load load -> load(load);
        case Operand.Binary binary -> binary(binary);
      }
    }
    a = number;
  }

  /** Brings the number into X; A may change. */
  void toX(Operand number) {
    if (number.equals(x)) {
      return;
    }
    Operand.Load nibble = headerLength(number);
    if (nibble != null) {
      add(new Operation(Opcode.LDX | Opcode.MSH | Opcode.B, nibble.offset()));
    } else if (number instanceof Operand.Constant(int value)) {
      add(new Operation(Opcode.LDX | Opcode.IMM, value));
    } else if (number instanceof Operand.Variable variable && !number.equals(a)) {
      add(Operation.loadWordToX(words.word(variable)));
    } else {
      toA(number);
      add(Operation.tax());
    }
    x = number;
  }

  /** Brings one number into A and another one into X. */
  void operands(Operand left, Operand right) {
    if (leavesX(left)) {
      toX(right);
      toA(left);
    } else {
      toA(right);
      int word = store();
      toA(left);
      add(Operation.loadWordToX(word));
      x = right;
      free--;
    }
  }

  /** Returns the load of {@code [k]} for {@code 4*([k]&0xf)}, which has an opcode, or null. */
  static Operand.@Nullable Load headerLength(Operand number) {
    if (number instanceof Operand.Binary times
        && times.left() instanceof Operand.Binary low
        && low.operator() == Operator.AND
        && low.right().equals(Operand.of(0xf))
        && low.left() instanceof Operand.Load load
        && load.area() == Area.WINDOW
        && load.index() == null
        && load.size() == 1
        && load.offset() >= 0) {
      boolean four =
          (times.operator() == Operator.SHIFT_LEFT && times.right().equals(Operand.of(2)))
              || (times.operator() == Operator.MULTIPLY && times.right().equals(Operand.of(4)));
      return four ? load : null;
    }
    return null;
  }

  void add(Operation operation) {
    code.add(new CodeFragment.Plain<>(operation));
  }

  /** Records what A holds now. */
  void setA(@Nullable Operand number) {
    a = number;
  }

  /** Records what X holds now. */
  void setX(@Nullable Operand number) {
    x = number;
  }

  /** Stores A in a free scratch word. */
  private int store() {
    if (free == Operation.WORDS) {
      throw outOfWords();
    }
    add(Operation.store(free));
    return free++;
  }

  private static boolean leavesX(Operand number) {
    return switch (number) {
      case Operand.Constant _, Operand.WireLength _, Operand.Variable _ -> true;
      case Operand.Metadata(var field) -> field != MetadataField.VLAN_PROTOCOL;
      case Operand.Load load -> load.index() == null;
      case Operand.Binary b -> b.right() instanceof Operand.Constant && leavesX(b.left());
    };
  }

  private void load(Operand.Load load) {
    Operand index = load.index();
    long constant = Integer.toUnsignedLong(load.offset());
    long last = MAX_OFFSET - load.size();
    if (load.area() == Area.MAC || constant > last) {
      throw new RejectsAll();
    } else if (index == null) {
      add(Operation.load(load.offset(), load.size()));
    } else {
      if (Operands.max(index) + constant > last) {
        toA(index);
        Operation jump = Operation.jump(Opcode.JGT, (int) (last - constant));
        code.add(new CodeFragment.RejectIf<>(jump));
      }
      toX(index);
      add(Operation.loadBehindX(load.offset(), load.size()));
    }
  }

  private void metadata(MetadataField field) {
    switch (field) {
      case MAC_LENGTH -> add(Operation.constant(0));
      case PROTOCOL -> ancillary(Ancillary.PROTOCOL, 2);
      case VLAN_TCI -> ancillary(Ancillary.VLAN_TAG, 2);
      case PACKET_TYPE -> ancillary(Ancillary.PACKET_TYPE, 1);
      case IFINDEX -> ancillary(Ancillary.INTERFACE_INDEX, 4);
      case VLAN_PROTOCOL -> {
        ancillary(Ancillary.VLAN_TAG_PRESENT, 1);
        add(Operation.tax());
        x = null;
        ancillary(Ancillary.VLAN_TPID, 2);
        add(Operation.aluX(Opcode.MUL));
      }
    }
  }

  private void ancillary(int field, int size) {
    add(Operation.load(Ancillary.BASE + field, size));
  }

  private void binary(Operand.Binary b) {
    Operand left = b.left();
    Operand right = b.right();
    if (right instanceof Operand.Constant(int value)) {
      constant(b.operator(), left, value);
    } else if (left instanceof Operand.Constant(int value) && commutes(b.operator())) {
      constant(b.operator(), right, value);
    } else if (left.equals(Operand.of(0)) && b.operator() == Operator.SUBTRACT) {
      toA(right);
      add(Operation.alu(Opcode.NEG, 0));
    } else if (shifts(b.operator()) && Operands.max(right) > 31) {
      shift(b.operator(), left, right);
    } else {
      operands(left, right);
      add(Operation.aluX(Opcode.of(b.operator())));
    }
  }

  private void constant(Operator operator, Operand number, int value) {
    toA(number);
    boolean divides = operator == Operator.DIVIDE || operator == Operator.MODULO;
    if (divides && value == 0) {
      throw new RejectsAll();
    } else if (shifts(operator) && Integer.compareUnsigned(value, 31) > 0) {
      add(Operation.alu(Opcode.AND, 0));
    } else {
      add(Operation.alu(Opcode.of(operator), value));
    }
  }

  // The result is 0 from 32 bits on, but Linux uses the distance modulo 32. So shift by that, and
  // multiply by 1 or 0.
  private void shift(Operator operator, Operand left, Operand right) {
    toA(right);
    int distance = store();
    toA(left);
    int value = store();
    add(Operation.loadWord(distance));
    add(Operation.alu(Opcode.AND, 31));
    add(Operation.tax());
    add(Operation.loadWord(value));
    add(Operation.aluX(Opcode.of(operator)));
    add(Operation.store(value));
    add(Operation.loadWord(distance));
    add(Operation.alu(Opcode.RSH, 5));
    add(Operation.alu(Opcode.SUB, 1));
    add(Operation.alu(Opcode.RSH, 31));
    add(Operation.tax());
    add(Operation.loadWord(value));
    add(Operation.aluX(Opcode.MUL));
    x = null;
    free -= 2;
  }

  private static boolean shifts(Operator operator) {
    return operator == Operator.SHIFT_LEFT || operator == Operator.SHIFT_RIGHT;
  }

  private static boolean commutes(Operator operator) {
    return switch (operator) {
      case ADD, MULTIPLY, AND, OR, XOR -> true;
      case SUBTRACT, DIVIDE, MODULO, SHIFT_LEFT, SHIFT_RIGHT -> false;
    };
  }
}
