package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.codegen.CodeFragment;
import io.dropwatch.pcapfilter.internal.codegen.InstructionSelector.RejectsAll;
import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import io.dropwatch.pcapfilter.internal.ir.Quantities;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Area;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Operator;
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
  private @Nullable Quantity a;
  private @Nullable Quantity x;

  OperandCodegen(ScratchAllocator words, @Nullable Quantity a, @Nullable Quantity x) {
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
  @Nullable Quantity a() {
    return a;
  }

  /** Returns what X holds, if it is known. */
  @Nullable Quantity x() {
    return x;
  }

  /** Returns the number with the length of the MAC header as 0: classic BPF cannot ask for it. */
  static Quantity withoutMac(Quantity number) {
    return switch (number) {
      case Quantity.Metadata(var field) ->
          field == MetadataField.MAC_LENGTH ? Quantity.of(0) : number;
      case Quantity.Binary b -> {
        Quantity left = withoutMac(b.left());
        Quantity right = withoutMac(b.right());
        boolean same = left == b.left() && right == b.right();
        boolean zero = b.operator() == Operator.ADD && right.equals(Quantity.of(0));
        yield same ? number : zero ? left : Quantity.of(b.operator(), left, right);
      }
      case Quantity.Load load ->
          load.index() == null
              ? load
              : new Quantity.Load(
                  load.area(), withoutMac(load.index()), load.offset(), load.size());
      case Quantity.Constant _, Quantity.WireLength _, Quantity.Variable _ -> number;
    };
  }

  /** Brings the number into A. */
  void toA(Quantity number) {
    if (number.equals(a)) {
      return;
    }
    if (number.equals(x)) {
      add(Operation.txa());
    } else {
      switch (number) {
        case Quantity.Constant(int value) -> add(Operation.constant(value));
        case Quantity.WireLength _ -> add(Operation.length());
        case Quantity.Variable variable -> add(Operation.loadWord(words.word(variable)));
        case Quantity.Metadata(var field) -> metadata(field);
        case Quantity.Load load -> load(load);
        case Quantity.Binary binary -> binary(binary);
      }
    }
    a = number;
  }

  /** Brings the number into X; A may change. */
  void toX(Quantity number) {
    if (number.equals(x)) {
      return;
    }
    Quantity.Load nibble = headerLength(number);
    if (nibble != null) {
      add(new Operation(Opcode.LDX | Opcode.MSH | Opcode.B, nibble.offset()));
    } else if (number instanceof Quantity.Constant(int value)) {
      add(new Operation(Opcode.LDX | Opcode.IMM, value));
    } else if (number instanceof Quantity.Variable variable && !number.equals(a)) {
      add(Operation.loadWordToX(words.word(variable)));
    } else {
      toA(number);
      add(Operation.tax());
    }
    x = number;
  }

  /** Brings one number into A and another one into X. */
  void operands(Quantity left, Quantity right) {
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
  static Quantity.@Nullable Load headerLength(Quantity number) {
    if (number instanceof Quantity.Binary times
        && times.left() instanceof Quantity.Binary low
        && low.operator() == Operator.AND
        && low.right().equals(Quantity.of(0xf))
        && low.left() instanceof Quantity.Load load
        && load.area() == Area.WINDOW
        && load.index() == null
        && load.size() == 1
        && load.offset() >= 0) {
      boolean four =
          (times.operator() == Operator.SHIFT_LEFT && times.right().equals(Quantity.of(2)))
              || (times.operator() == Operator.MULTIPLY && times.right().equals(Quantity.of(4)));
      return four ? load : null;
    }
    return null;
  }

  void add(Operation operation) {
    code.add(new CodeFragment.Plain<>(operation));
  }

  /** Records what A holds now. */
  void setA(@Nullable Quantity number) {
    a = number;
  }

  /** Records what X holds now. */
  void setX(@Nullable Quantity number) {
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

  private static boolean leavesX(Quantity number) {
    return switch (number) {
      case Quantity.Constant _, Quantity.WireLength _, Quantity.Variable _ -> true;
      case Quantity.Metadata(var field) -> field != MetadataField.VLAN_PROTOCOL;
      case Quantity.Load load -> load.index() == null;
      case Quantity.Binary b -> b.right() instanceof Quantity.Constant && leavesX(b.left());
    };
  }

  private void load(Quantity.Load load) {
    Quantity index = load.index();
    long constant = Integer.toUnsignedLong(load.offset());
    long last = MAX_OFFSET - load.size();
    if (load.area() == Area.MAC || constant > last) {
      throw new RejectsAll();
    } else if (index == null) {
      add(Operation.load(load.offset(), load.size()));
    } else {
      if (Quantities.max(index) + constant > last) {
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

  private void binary(Quantity.Binary b) {
    Quantity left = b.left();
    Quantity right = b.right();
    if (right instanceof Quantity.Constant(int value)) {
      constant(b.operator(), left, value);
    } else if (left instanceof Quantity.Constant(int value) && commutes(b.operator())) {
      constant(b.operator(), right, value);
    } else if (left.equals(Quantity.of(0)) && b.operator() == Operator.SUBTRACT) {
      toA(right);
      add(Operation.alu(Opcode.NEG, 0));
    } else if (shifts(b.operator()) && Quantities.max(right) > 31) {
      shift(b.operator(), left, right);
    } else {
      operands(left, right);
      add(Operation.aluX(Opcode.of(b.operator())));
    }
  }

  private void constant(Operator operator, Quantity number, int value) {
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
  private void shift(Operator operator, Quantity left, Quantity right) {
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
