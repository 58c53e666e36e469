package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.codegen.CodeFragment;
import io.dropwatch.pcapfilter.internal.codegen.InstructionSelector.RejectsAll;
import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfState.Form;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Operands;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Generates reads of the packet, and the checks before them.
 *
 * <p>Two checks: the bytes must be captured, which decides the verdict, and the verifier must see
 * that a read stays inside the window. At a constant offset the first check implies the second.
 * Behind an index the verifier must know an upper bound of the index: from its computation, such as
 * the length of an IPv4 header, or from a comparison with a constant.
 */
final class PacketReads {
  static final int BASE = 1;
  static final int CAPTURED = 2;
  static final int METADATA = 3;
  private static final int MAC_HEADER = 14;

  private final EbpfNodeCodegen node;
  private final BoundsAnalysis bounds;
  private final Registers registers;
  private final List<CodeFragment<Insn>> code;
  private final Node at;
  private final Map<Operand, Integer> capturedBehind;
  private int captured;
  private @Nullable Operand baseIndex;
  private boolean macKnown;
  private final boolean nonZero;

  PacketReads(
      EbpfNodeCodegen node,
      EbpfState state,
      BoundsAnalysis bounds,
      Registers registers,
      List<CodeFragment<Insn>> code) {
    this.node = node;
    this.bounds = bounds;
    this.registers = registers;
    this.code = code;
    this.at = state.node();
    this.captured = state.captured();
    this.baseIndex = state.baseIndex();
    this.capturedBehind = new HashMap<>(state.capturedBehind());
    this.macKnown = state.macKnown();
    this.nonZero = state.nonZero();
  }

  /** Returns what is known now, at a successor. */
  EbpfState state(Node next) {
    return new EbpfState(
            at,
            captured,
            baseIndex,
            registers.contents(),
            capturedBehind,
            registers.spilled(),
            macKnown,
            nonZero
                && code.stream().noneMatch(part -> part.instructions().anyMatch(i -> i.writes(0))))
        .at(next, bounds);
  }

  /** Drops what is known about the variable and about indices that use it. */
  void forget(Operand.Variable variable) {
    capturedBehind.keySet().removeIf(index -> Operands.mentions(index, variable));
    registers
        .contents()
        .values()
        .removeIf(content -> Operands.mentions(content.operand(), variable));
    registers.spilled().remove(variable);
    if (baseIndex != null && Operands.mentions(baseIndex, variable)) {
      throw new IllegalStateException("the base has moved with this variable");
    }
  }

  /** Checks once what all accepting paths need. */
  void requireMinLength() {
    int minLength = bounds.minLength(at);
    int checkLength = bounds.checkLength(at);
    if (minLength > EbpfSelector.WINDOW || checkLength > EbpfSelector.WINDOW) {
      throw new RejectsAll();
    }
    if (captured < minLength) {
      require(checkLength);
    }
  }

  private void require(int bytes) {
    if (captured < bytes) {
      node.rejectIf(Insn.jump32(Opcode.JLT, CAPTURED, bytes));
      captured = bytes;
    }
  }

  /** Returns a register that holds the bytes in the wanted form. It must not be written to. */
  int load(Operand.Load load, Form form) {
    Form kept = load.size() == 1 ? Form.NUMBER : form;
    int known = registers.find(load, kept);
    if (known >= 0) {
      return known;
    }
    Place place = load.area() == Area.MAC ? mac(load) : window(load);
    int lower = form == Form.NUMBER ? lower(load) : -1;
    return lower >= 0 ? lower : load(place, load.size(), load, kept);
  }

  private int load(Place place, int size, Operand.Load load, Form form) {
    int register = registers.take();
    node.emit(Insn.load(register, place.base(), place.offset(), size));
    if (place.scratch()) {
      registers.release(place.base());
    }
    if (form != Form.RAW && size > 1) {
      node.emit(Insn.fromBigEndian(register, size));
    }
    registers.release(register);
    registers.holds(register, load, form);
    return register;
  }

  /**
   * Returns a register with two bytes in its upper half, or -1. It saves a read and a change of
   * byte order where the next two bytes are needed as a number too. The lower half may hold bytes
   * that are not captured; the window can be read to its end.
   */
  int upper(Operand.Load load) {
    int known = registers.find(load, Form.UPPER);
    if (known >= 0 || load.size() != 2 || load.area() != Area.WINDOW) {
      return known;
    }
    Operand.Load behind = EbpfState.behind(load);
    Operand index = load.index();
    long end = Integer.toUnsignedLong(load.offset()) + 4;
    boolean fits = end + (index == null ? 0 : Operands.max(index)) <= EbpfSelector.WINDOW;
    if (!fits
        || !bounds.onlyRanges(load)
        || !bounds.asNumber(behind)
        || !node.usedBelow(behind)
        || registers.find(load, Form.NUMBER) >= 0
        || registers.find(behind, Form.NUMBER) >= 0) {
      return -1;
    }
    return load(window(load), 4, load, Form.UPPER);
  }

  // The two bytes before may have been read together with these.
  private int lower(Operand.Load load) {
    if (load.size() != 2 || load.area() != Area.WINDOW || load.offset() < 2) {
      return -1;
    }
    Operand.Load before =
        new Operand.Load(load.area(), load.index(), load.offset() - 2, load.size());
    int both = registers.find(before, Form.UPPER);
    if (both < 0) {
      return -1;
    }
    int register = node.own(both, node.usedBelow(before));
    node.emit(Insn.alu(Opcode.AND, register, 0xffff));
    registers.release(register);
    registers.holds(register, load, Form.NUMBER);
    return register;
  }

  /** A base register and a displacement. A scratch base is held, and to be released. */
  private record Place(int base, int offset, boolean scratch) {}

  private Place window(Operand.Load load) {
    long end = Integer.toUnsignedLong(load.offset()) + load.size();
    if (end > EbpfSelector.WINDOW) {
      throw new RejectsAll();
    }
    Operand index = load.index();
    if (index == null) {
      require((int) end);
      return new Place(BASE, load.offset(), false);
    }
    boolean bounded = Operands.max(index) + bounds.maxLength(at, index) <= EbpfSelector.WINDOW;
    return bounded
        ? behind(load, index, (int) end)
        : anywhere(index, load.offset(), (int) end, Opcode.JGT);
  }

  // An index whose bound the verifier finds itself: the pointer can be kept.
  private Place behind(Operand.Load load, Operand index, int end) {
    if (index.equals(baseIndex)) {
      requireBehind(index, CAPTURED, end);
      return new Place(BASE, load.offset(), false);
    }
    int pointer = registers.find(index, Form.POINTER);
    boolean enough = capturedBehind.getOrDefault(index, 0) >= end;
    if (pointer >= 0 && enough) {
      return new Place(pointer, load.offset(), false);
    }
    if (pointer >= 0) {
      registers.hold(pointer);
      int remaining = registers.find(index, Form.REMAINING);
      if (remaining < 0) {
        remaining = remaining(index, node.number(index));
      }
      requireBehind(index, remaining, end);
      registers.release(pointer);
      return new Place(pointer, load.offset(), false);
    }
    // From here on the packet is read behind this index only, so the base can move there.
    if (baseIndex == null && bounds.readsOnlyBehind(at, index)) {
      int distance = node.number(index);
      node.emit(Insn.aluRegister(Opcode.SUB, CAPTURED, distance));
      requireBehind(index, CAPTURED, end);
      node.emit(Insn.alu64Register(Opcode.ADD, BASE, distance));
      baseIndex = index;
      return new Place(BASE, load.offset(), false);
    }
    // One pointer serves all reads behind the index.
    int distance =
        index instanceof Operand.Variable ? node.fresh(index) : node.own(node.number(index), false);
    requireBehind(index, remaining(index, distance), end);
    node.emit(Insn.alu64Register(Opcode.ADD, distance, BASE));
    registers.release(distance);
    registers.holds(distance, index, Form.POINTER);
    return new Place(distance, load.offset(), false);
  }

  private int remaining(Operand index, int distance) {
    registers.hold(distance);
    int remaining = registers.take();
    registers.release(distance);
    node.emit(Insn.aluRegister(Opcode.MOV, remaining, CAPTURED));
    node.emit(Insn.aluRegister(Opcode.SUB, remaining, distance));
    registers.release(remaining);
    registers.holds(remaining, index, Form.REMAINING);
    return remaining;
  }

  private void requireBehind(Operand index, int remaining, int end) {
    int wanted = Math.max(end, bounds.minLength(at, index));
    if (wanted == BoundsAnalysis.NONE_ACCEPTED || wanted > EbpfSelector.WINDOW) {
      wanted = end;
    }
    if (capturedBehind.getOrDefault(index, 0) < wanted) {
      node.rejectIf(Insn.jump32(Opcode.JSLT, remaining, wanted));
      capturedBehind.put(index, wanted);
    }
  }

  // An index that may be anything: bounded here. The pointer is good for this read only. In front
  // of the window, the end of the read may be negative.
  private Place anywhere(Operand index, int offset, int end, int comparison) {
    int distance = node.fresh(index);
    int maxDistance = EbpfSelector.WINDOW - end;
    if (Operands.max(index) > maxDistance) {
      node.rejectIf(Insn.jump(Opcode.JGT, distance, maxDistance));
    }
    int limit = registers.take();
    node.emit(Insn.aluRegister(Opcode.MOV, limit, distance));
    node.emit(Insn.alu(Opcode.ADD, limit, end));
    node.rejectIf(Insn.jump32Register(comparison, limit, CAPTURED));
    registers.release(limit);
    node.emit(Insn.alu64Register(Opcode.ADD, distance, BASE));
    return new Place(distance, offset, true);
  }

  private Place mac(Operand.Load load) {
    requireMac();
    long end = Integer.toUnsignedLong(load.offset()) + load.size() - MAC_HEADER;
    if (end > EbpfSelector.WINDOW) {
      throw new RejectsAll();
    }
    int offset = load.offset() - MAC_HEADER;
    Operand index = load.index();
    if (index != null) {
      return anywhere(index, offset, (int) end, Opcode.JSGT);
    }
    require((int) end);
    return new Place(BASE, offset, false);
  }

  private void requireMac() {
    if (macKnown) {
      return;
    }
    int length = node.number(new Operand.Metadata(MetadataField.MAC_LENGTH));
    node.rejectIf(Insn.jump(Opcode.JNE, length, MAC_HEADER));
    macKnown = true;
  }

  /** Records that a branch on the length of the MAC header has found one. */
  void macIsPresent() {
    macKnown = true;
  }
}
