package io.dropwatch.pcapfilter.internal.bytecode;

import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.BASE;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.BYTES;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.CAPTURED;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.INTEGER;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.INT_OF_TWO;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.MAC;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.METADATA;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.PACKET;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.PLACE;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.SELF;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.TEST;
import static io.dropwatch.pcapfilter.internal.bytecode.MethodWriter.WIRE_LENGTH;

import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Quantities;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Area;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes how a method reads the packet.
 *
 * <p>A careful read looks whether the packet has the bytes and rejects it if not, as the language
 * wants it. A read of a word looks before anything of the node is evaluated, for all bytes of the
 * word; where they are missing, the decision is left to the careful method, from the start.
 */
final class LoadWriter {
  /** The method whose reads are all careful. */
  static final String CAREFUL = "careful";

  private static final int ALL_BITS = -1;

  private final CodeBuilder code;
  private final Map<Quantity.Load, Integer> words;
  private final boolean macPossible;
  private final Consumer<Quantity> number;
  private final Label leave;
  private boolean left;

  /** What every path to a node has found to be there. */
  private final Map<Node, Known> found = new HashMap<>();

  /** The same at the place that is being written. */
  private Known known = new Known(0, Map.of());

  /**
   * Bytes that are known to be there.
   *
   * @param captured from the window's start
   * @param indexed by index, from the place that it names
   */
  private record Known(int captured, Map<Quantity, Integer> indexed) {
    Known with(Quantity index, int bytes) {
      Map<Quantity, Integer> more = new HashMap<>(indexed);
      more.put(index, bytes);
      return new Known(captured, more);
    }

    Known meet(Known other) {
      Map<Quantity, Integer> both = new HashMap<>();
      indexed.forEach(
          (index, bytes) -> {
            Integer there = other.indexed.get(index);
            if (there != null) {
              both.put(index, Math.min(bytes, there));
            }
          });
      return new Known(Math.min(captured, other.captured), both);
    }
  }

  /**
   * Reads of one method.
   *
   * @param words the reads that are made by words, with the end of the word
   * @param number writes a number on the operand stack
   */
  LoadWriter(
      CodeBuilder code,
      Map<Quantity.Load, Integer> words,
      boolean macPossible,
      Consumer<Quantity> number) {
    this.code = code;
    this.words = words;
    this.macPossible = macPossible;
    this.number = number;
    this.leave = code.newLabel();
  }

  /** The start of the method; asks for those bytes that most packets have, if words lie there. */
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
        .ifPresent(this::ask);
  }

  /** A node begins here. */
  void at(Node node) {
    known = found.getOrDefault(node, known);
  }

  /** The code goes on to a node from here. */
  void leadTo(Node node) {
    found.merge(node, known, Known::meet);
  }

  /** A variable has another value from here on. */
  void forget(Quantity.Variable variable) {
    Map<Quantity, Integer> kept = new HashMap<>(known.indexed);
    kept.keySet().removeIf(index -> Quantities.mentions(index, variable));
    known = new Known(known.captured, kept);
  }

  /** The end of the method. */
  void end() {
    if (left) {
      code.labelBinding(leave).aload(0).aload(PACKET).iload(MAC).iload(WIRE_LENGTH);
      code.aload(METADATA).invokevirtual(SELF, CAREFUL, TEST).ireturn();
    }
  }

  /** A number is going to be read; the operand stack is empty. */
  void announce(Quantity quantity) {
    switch (quantity) {
      case Quantity.Binary binary -> {
        announce(binary.left());
        announce(binary.right());
      }
      case Quantity.Load load -> {
        Quantity index = load.index();
        if (index != null) {
          announce(index);
        }
        Integer end = words.get(load);
        if (end != null && index == null) {
          ask(end);
        } else if (end != null && index != null) {
          ask(index, end);
        }
      }
      case Quantity.Constant _,
          Quantity.WireLength _,
          Quantity.Metadata _,
          Quantity.Variable _ -> {}
    }
  }

  private void ask(int bytes) {
    if (bytes > known.captured) {
      code.iload(CAPTURED).loadConstant(bytes).if_icmplt(leave);
      left = true;
      known = new Known(bytes, known.indexed);
    }
  }

  private void ask(Quantity index, int bytes) {
    if (bytes <= known.indexed.getOrDefault(index, 0)) {
      return;
    }
    ask(bytes);
    number.accept(index);
    code.iload(CAPTURED).loadConstant(bytes).isub();
    if (Quantities.max(index) <= Integer.MAX_VALUE) {
      code.if_icmpgt(leave);
    } else {
      code.invokestatic(INTEGER, "compareUnsigned", INT_OF_TWO).ifgt(leave);
    }
    left = true;
    known = known.with(index, bytes);
  }

  /** Puts the bytes on the operand stack. */
  void read(Quantity.Load load) {
    Integer end = words.get(load);
    if (end == null) {
      careful(load);
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

  private static int bits(Quantity.Load load) {
    return ALL_BITS >>> (Integer.SIZE - 8 * load.size());
  }

  /** Whether a read is made by words, and could have this value. */
  boolean holds(Quantity.Load load, int value) {
    return words.containsKey(load) && (value & ~bits(load)) == 0;
  }

  /** Puts the word of a read on the operand stack as this machine reads it, less other bits. */
  void masked(Quantity.Load load, int mask) {
    int end = words.getOrDefault(load, 0);
    code.aload(PACKET);
    place(load, end - LoadWidening.SIZE);
    code.invokestatic(BASE, "word", ofBytes());
    int kept = inPlace(load, mask & bits(load));
    if (kept != ALL_BITS) {
      code.loadConstant(kept).iand();
    }
  }

  /** A value of a read as it stands in its word, as this machine reads it. */
  int inPlace(Quantity.Load load, int value) {
    int behind = words.getOrDefault(load, 0) - load.offset() - load.size();
    int word = value << (8 * behind);
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? word : Integer.reverseBytes(word);
  }

  private void place(Quantity.Load load, int offset) {
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

  // A rejection returns at once: what lies on the operand stack does not matter then.
  private void careful(Quantity.Load load) {
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
      code.istore(PLACE);
      Label on = code.newLabel();
      code.iload(PLACE);
      length(mac);
      code.loadConstant((int) end).isub();
      code.invokestatic(INTEGER, "compareUnsigned", INT_OF_TWO).ifle(on);
      code.iconst_0().ireturn().labelBinding(on);
      code.aload(PACKET).iload(PLACE).loadConstant(load.offset()).iadd();
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

  /** Rejects packets with fewer bytes; of the window only where that is not known already. */
  private void require(boolean mac, int bytes) {
    if (!mac) {
      if (bytes <= known.captured) {
        return;
      }
      known = new Known(bytes, known.indexed);
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
