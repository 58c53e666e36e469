package io.dropwatch.pcapfilter.internal.bytecode;

import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.BASE;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.BYTES;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.CAPTURED;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.INDEX;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.INTEGER;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.INT_OF_TWO;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.MAC;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.METADATA;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.PACKET;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.SELF;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.TEST;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.WIRE_LENGTH;

import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Operands;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Generates the loads of a method.
 *
 * <p>An exact load checks that the packet has its bytes, and rejects it otherwise, as the filter
 * language defines. The fast path widens loads to words ({@link LoadWidening}). It checks for a
 * whole word, before it evaluates any part of the node. If bytes are missing, it calls the slow
 * path, in which all loads are exact, to evaluate the filter from the start.
 */
final class LoadWriter {
  /** Name of the method whose loads are all exact. */
  static final String SLOW_PATH = "slowPath";

  private static final int ALL_BITS = -1;

  private final CodeBuilder code;
  private final Map<Operand.Load, Integer> words;
  private final boolean macPossible;
  private final Consumer<Operand> number;
  private final Label slowPath;
  private boolean slowPathUsed;

  /** What every path to a node has checked. */
  private final Map<Node, Checked> checkedAt = new HashMap<>();

  /** What has been checked at the current place. */
  private Checked checked = new Checked(0, Map.of());

  /**
   * Bytes that are known to be captured.
   *
   * @param captured from the start of the window
   * @param indexed by index, from the place that it points to
   */
  private record Checked(int captured, Map<Operand, Integer> indexed) {
    Checked with(Operand index, int bytes) {
      Map<Operand, Integer> more = new HashMap<>(indexed);
      more.put(index, bytes);
      return new Checked(captured, more);
    }

    /** Returns what holds on both of two paths. */
    Checked meet(Checked other) {
      Map<Operand, Integer> both = new HashMap<>(indexed);
      both.keySet().retainAll(other.indexed.keySet());
      both.replaceAll((index, bytes) -> Math.min(bytes, other.indexed.getOrDefault(index, 0)));
      return new Checked(Math.min(captured, other.captured), both);
    }
  }

  /**
   * Starts a method.
   *
   * @param words the loads that are widened, with the ends of their words
   * @param number generates code that pushes a number on the operand stack
   */
  LoadWriter(
      CodeBuilder code,
      Map<Operand.Load, Integer> words,
      boolean macPossible,
      Consumer<Operand> number) {
    this.code = code;
    this.words = words;
    this.macPossible = macPossible;
    this.number = number;
    this.slowPath = code.newLabel();
  }

  /** Starts the method: checks for those bytes that most packets have, if words need them. */
  void start(int usual) {
    code.aload(PACKET).arraylength();
    if (macPossible) {
      code.iload(MAC).isub();
    }
    code.istore(CAPTURED);
    words.entrySet().stream()
        .filter(word -> word.getKey().index() == null && word.getValue() <= usual)
        .mapToInt(Map.Entry::getValue)
        .max()
        .ifPresent(this::checkCaptured);
  }

  /** Starts a node. */
  void at(Node node) {
    checked = checkedAt.getOrDefault(node, checked);
  }

  /** Records that a node may follow. */
  void mayFollow(Node node) {
    checkedAt.merge(node, checked, Checked::meet);
  }

  /** Drops what is known about indices with a variable, which has another value now. */
  void forget(Operand.Variable variable) {
    Map<Operand, Integer> kept = new HashMap<>(checked.indexed);
    kept.keySet().removeIf(index -> Operands.mentions(index, variable));
    checked = new Checked(checked.captured, kept);
  }

  /** Ends the method. */
  void end() {
    if (slowPathUsed) {
      code.labelBinding(slowPath).aload(0).aload(PACKET).iload(MAC).iload(WIRE_LENGTH);
      code.aload(METADATA).invokevirtual(SELF, SLOW_PATH, TEST).ireturn();
    }
  }

  /** Checks for the words of a number that is read next; the operand stack is empty. */
  void check(Operand operand) {
    switch (operand) {
      case Operand.Binary binary -> {
        check(binary.left());
        check(binary.right());
      }
      case Operand.Load load -> {
        Operand index = load.index();
        if (index != null) {
          check(index);
        }
        Integer end = words.get(load);
        if (end != null && index == null) {
          checkCaptured(end);
        } else if (end != null && index != null) {
          checkCaptured(index, end);
        }
      }
      case Operand.Constant _, Operand.WireLength _, Operand.Metadata _, Operand.Variable _ -> {}
    }
  }

  private void checkCaptured(int bytes) {
    if (bytes > checked.captured) {
      code.iload(CAPTURED).loadConstant(bytes).if_icmplt(slowPath);
      slowPathUsed = true;
      checked = new Checked(bytes, checked.indexed);
    }
  }

  private void checkCaptured(Operand index, int bytes) {
    if (bytes <= checked.indexed.getOrDefault(index, 0)) {
      return;
    }
    checkCaptured(bytes);
    number.accept(index);
    code.iload(CAPTURED).loadConstant(bytes).isub();
    if (Operands.max(index) <= Integer.MAX_VALUE) {
      code.if_icmpgt(slowPath);
    } else {
      code.invokestatic(INTEGER, "compareUnsigned", INT_OF_TWO).ifgt(slowPath);
    }
    slowPathUsed = true;
    checked = checked.with(index, bytes);
  }

  /** Pushes the loaded number on the operand stack. */
  void read(Operand.Load load) {
    Integer end = words.get(load);
    if (end == null) {
      exact(load);
      return;
    }
    int start = end - LoadWidening.SIZE;
    code.aload(PACKET);
    place(load, start);
    code.invokestatic(BASE, "u32", ofBytes());
    int behind = end - load.offset() - load.size();
    if (behind > 0) {
      code.loadConstant(8 * behind).iushr();
    }
    if (load.offset() > start) {
      code.loadConstant(bits(load)).iand();
    }
  }

  private static int bits(Operand.Load load) {
    return ALL_BITS >>> (Integer.SIZE - 8 * load.size());
  }

  /** Returns whether a load is widened, and could have this value. */
  boolean holds(Operand.Load load, int value) {
    return words.containsKey(load) && (value & ~bits(load)) == 0;
  }

  /** Pushes the word of a load in this machine's byte order, with all other bits 0. */
  void masked(Operand.Load load, int mask) {
    int end = words.getOrDefault(load, 0);
    code.aload(PACKET);
    place(load, end - LoadWidening.SIZE);
    code.invokestatic(BASE, "word", ofBytes());
    int kept = inPlace(load, mask & bits(load));
    if (kept != ALL_BITS) {
      code.loadConstant(kept).iand();
    }
  }

  /** Returns a value of a load as it is in its word, in this machine's byte order. */
  int inPlace(Operand.Load load, int value) {
    int behind = words.getOrDefault(load, 0) - load.offset() - load.size();
    int word = value << (8 * behind);
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? word : Integer.reverseBytes(word);
  }

  private void place(Operand.Load load, int offset) {
    if (load.index() == null) {
      code.loadConstant(offset);
    } else {
      number.accept(load.index());
      code.loadConstant(offset).iadd();
    }
    if (macPossible && load.area() == Area.WINDOW) {
      code.iload(MAC).iadd();
    }
  }

  // A rejection returns at once, whatever is on the operand stack.
  private void exact(Operand.Load load) {
    boolean mac = load.area() == Area.MAC;
    long end = Integer.toUnsignedLong(load.offset()) + load.size();
    if (end > Integer.MAX_VALUE) {
      rejectUnless(code::iconst_0);
      code.iconst_0();
      return;
    }
    if (mac) {
      rejectUnless(() -> code.iload(MAC));
    }
    require(mac, (int) end);
    if (load.index() == null) {
      code.aload(PACKET).loadConstant(load.offset());
    } else {
      number.accept(load.index());
      code.istore(INDEX);
      Label on = code.newLabel();
      code.iload(INDEX);
      length(mac);
      code.loadConstant((int) end).isub();
      code.invokestatic(INTEGER, "compareUnsigned", INT_OF_TWO).ifle(on);
      code.iconst_0().ireturn().labelBinding(on);
      code.aload(PACKET).iload(INDEX).loadConstant(load.offset()).iadd();
    }
    if (!mac && macPossible) {
      code.iload(MAC).iadd();
    }
    switch (load.size()) {
      case 1 -> code.baload().loadConstant(0xff).iand();
      case 2 -> code.invokestatic(BASE, "u16", ofBytes());
      default -> code.invokestatic(BASE, "u32", ofBytes());
    }
  }

  /** Rejects packets with fewer bytes, unless that has been checked. */
  private void require(boolean mac, int bytes) {
    if (!mac) {
      if (bytes <= checked.captured) {
        return;
      }
      checked = new Checked(bytes, checked.indexed);
    }
    Label on = code.newLabel();
    length(mac);
    code.loadConstant(bytes).if_icmpge(on);
    code.iconst_0().ireturn().labelBinding(on);
  }

  private void length(boolean mac) {
    if (mac) {
      code.aload(PACKET).arraylength();
    } else {
      code.iload(CAPTURED);
    }
  }

  private void rejectUnless(Runnable nonZero) {
    Label on = code.newLabel();
    nonZero.run();
    code.ifne(on).iconst_0().ireturn().labelBinding(on);
  }

  private static MethodTypeDesc ofBytes() {
    return MethodTypeDesc.of(ConstantDescs.CD_int, BYTES, ConstantDescs.CD_int);
  }
}
