package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.codegen.CodeFragment;
import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfCompiler.Options;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfState.Content;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfState.Form;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which register holds what while the code of one node is selected.
 *
 * <p>r0 holds the verdict (and numbers until then, where {@link Verdicts} allow it), r1 the base,
 * r2 the captured bytes and r3 the metadata where they are asked for. A register that holds a
 * number which can be computed again may be taken for another one; a variable that must make room
 * goes to the stack.
 */
final class Registers {
  private static final List<Integer> POOL = List.of(4, 5, 6, 7, 8, 9);
  private static final List<Integer> HOMES = List.of(6, 7, 8, 9);
  private static final int FRAME = 10;

  /** Bytes of stack that a filter may use; a program has 512. */
  private static final int STACK = 192;

  private final List<Integer> pool;
  private final TreeMap<Integer, Content> contents;
  private final Map<Quantity.Variable, Integer> spilled;
  private final Set<Integer> busy = new TreeSet<>();
  private final Set<Integer> pushed = new TreeSet<>();
  private final int frameTop;
  private final List<CodeFragment<Insn>> code;

  Registers(
      EbpfState state, boolean spareMetadata, Options options, List<CodeFragment<Insn>> code) {
    this.contents = new TreeMap<>(state.registers());
    this.spilled = new HashMap<>(state.spilled());
    boolean spareVerdict = options.verdicts() == EbpfGraph.Verdicts.ZERO_LAST;
    this.pool = pool(spareMetadata, spareVerdict, state.nonZero());
    this.frameTop = -options.reservedStack();
    this.code = code;
  }

  Map<Integer, Content> contents() {
    return contents;
  }

  Map<Quantity.Variable, Integer> spilled() {
    return spilled;
  }

  /** The register that holds a number in a form, or -1. */
  int find(Quantity quantity, Form form) {
    Content wanted = new Content(quantity, form);
    for (Map.Entry<Integer, Content> entry : contents.entrySet()) {
      if (entry.getValue().equals(wanted)) {
        return entry.getKey();
      }
    }
    return -1;
  }

  /** Notes what a register holds now. */
  void holds(int register, Quantity quantity, Form form) {
    contents.put(register, new Content(quantity, form));
  }

  /** The register holds nothing of use any more. */
  void forget(int register) {
    contents.remove(register);
  }

  /**
   * The register where a variable lives, whatever way the code takes; any other when a variable is
   * there that is still needed.
   */
  int home(Quantity.Variable variable) {
    int home = HOMES.get(variable.id() % HOMES.size());
    Content content = contents.get(home);
    boolean taken = content != null && content.quantity() instanceof Quantity.Variable;
    if (busy.contains(home) || taken) {
      int other = take();
      release(other);
      return other;
    }
    contents.remove(home);
    return home;
  }

  /** Keeps a register from being taken until {@link #release}. */
  void hold(int register) {
    busy.add(register);
  }

  boolean held(int register) {
    return busy.contains(register);
  }

  void release(int register) {
    busy.remove(register);
  }

  /** A register to write to; held until released. */
  int take() {
    for (int register : pool) {
      if (!busy.contains(register) && !contents.containsKey(register)) {
        busy.add(register);
        return register;
      }
    }
    for (Map.Entry<Integer, Content> entry : contents.descendingMap().entrySet()) {
      boolean variable = entry.getValue().quantity() instanceof Quantity.Variable;
      if (!busy.contains(entry.getKey()) && !variable) {
        return evict(entry.getKey());
      }
    }
    for (int register : contents.descendingKeySet()) {
      if (!busy.contains(register)) {
        spill(register);
        return evict(register);
      }
    }
    throw new TooComplex();
  }

  /** Thrown when one comparison needs more numbers at a time than there is room for. */
  static final class TooComplex extends UnsupportedOperationException {
    private static final long serialVersionUID = 1L;

    TooComplex() {
      super("one comparison keeps more numbers at a time than eBPF has room for");
    }
  }

  private int evict(int register) {
    contents.remove(register);
    busy.add(register);
    return register;
  }

  private void spill(int register) {
    Content content = contents.get(register);
    if (content == null
        || content.form() != Form.NUMBER
        || !(content.quantity() instanceof Quantity.Variable variable)
        || spilled.containsKey(variable)) {
      return;
    }
    int place = place();
    spilled.put(variable, place);
    code.add(new CodeFragment.Plain<>(Insn.store(FRAME, frameTop - place, register)));
  }

  private int place() {
    int place = 8;
    while (spilled.containsValue(place) || pushed.contains(place)) {
      place += 8;
    }
    if (place > STACK) {
      throw new TooComplex();
    }
    return place;
  }

  /** How many registers can still be taken. */
  int free() {
    return pool.size() - busy.size();
  }

  /** Puts a held register on the stack and releases it. */
  int push(int register) {
    int place = place();
    pushed.add(place);
    code.add(new CodeFragment.Plain<>(Insn.store(FRAME, frameTop - place, register)));
    release(register);
    return place;
  }

  /** Takes a register for what was pushed. */
  int pop(int place) {
    int register = take();
    pushed.remove(place);
    code.add(new CodeFragment.Plain<>(Insn.load(register, FRAME, frameTop - place, 8)));
    return register;
  }

  /** Reads a variable back from the stack; one that the path has not assigned is 0. */
  Insn reload(Quantity.Variable variable, int register) {
    Integer place = spilled.get(variable);
    return place == null
        ? Insn.alu(Opcode.MOV, register, 0)
        : Insn.load(register, FRAME, frameTop - place, 8);
  }

  // The verdict's register is the first choice until it is known not to be 0, and then the last.
  private static List<Integer> pool(boolean metadata, boolean verdict, boolean nonZero) {
    List<Integer> all = new ArrayList<>(POOL);
    if (metadata) {
      all.add(3);
    }
    if (verdict) {
      all.add(nonZero ? all.size() : 0, 0);
    }
    return all;
  }
}
