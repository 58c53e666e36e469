package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.EbpfTarget;
import io.dropwatch.pcapfilter.internal.codegen.CodeFragment;
import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfCompiler.Options;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfState.Content;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfState.Form;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The contents of the registers while the code of one node is generated.
 *
 * <p>r0 holds the verdict (and numbers until then, where {@link EbpfGraph.Verdicts} allows it), r1
 * the base, r2 the number of captured bytes, and r3 the metadata where the filter needs it. A
 * register may be reused if its number can be computed again. A variable is spilled to the stack.
 */
final class Registers {
  private static final List<Integer> POOL = List.of(4, 5, 6, 7, 8, 9);
  private static final List<Integer> HOMES = List.of(6, 7, 8, 9);
  private static final int FRAME = 10;

  private final List<Integer> pool;
  private final TreeMap<Integer, Content> contents;
  private final Map<Operand.Variable, Integer> spilled;
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

  Map<Operand.Variable, Integer> spilled() {
    return spilled;
  }

  /** Returns the register that holds a number in a form, or -1. */
  int find(Operand operand, Form form) {
    Content wanted = new Content(operand, form);
    for (Map.Entry<Integer, Content> entry : contents.entrySet()) {
      if (entry.getValue().equals(wanted)) {
        return entry.getKey();
      }
    }
    return -1;
  }

  /** Records what a register holds now. */
  void holds(int register, Operand operand, Form form) {
    contents.put(register, new Content(operand, form));
  }

  /** Records that a register holds nothing of use any more. */
  void forget(int register) {
    contents.remove(register);
  }

  /**
   * Returns the home register of a variable, or another one if the home register holds a variable
   * that is still needed.
   */
  int home(Operand.Variable variable) {
    int home = HOMES.get(variable.id() % HOMES.size());
    Content content = contents.get(home);
    boolean taken = content != null && content.operand() instanceof Operand.Variable;
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

  /** Returns a register to write to; held until released. */
  int take() {
    for (int register : pool) {
      if (!busy.contains(register) && !contents.containsKey(register)) {
        busy.add(register);
        return register;
      }
    }
    for (Map.Entry<Integer, Content> entry : contents.descendingMap().entrySet()) {
      boolean variable = entry.getValue().operand() instanceof Operand.Variable;
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
    throw outOfStack();
  }

  private static UnsupportedOperationException outOfStack() {
    return new UnsupportedOperationException(
        "one comparison keeps more numbers at a time than eBPF has room for");
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
        || !(content.operand() instanceof Operand.Variable variable)
        || spilled.containsKey(variable)) {
      return;
    }
    int slot = freeSlot();
    spilled.put(variable, slot);
    code.add(new CodeFragment.Plain<>(Insn.store(FRAME, frameTop - slot, register)));
  }

  private int freeSlot() {
    int slot = 8;
    while (spilled.containsValue(slot) || pushed.contains(slot)) {
      slot += 8;
    }
    if (slot > EbpfTarget.MAX_STACK) {
      throw outOfStack();
    }
    return slot;
  }

  /** Returns how many registers can still be taken. */
  int free() {
    return pool.size() - busy.size();
  }

  /** Puts a held register on the stack and releases it. */
  int push(int register) {
    int slot = freeSlot();
    pushed.add(slot);
    code.add(new CodeFragment.Plain<>(Insn.store(FRAME, frameTop - slot, register)));
    release(register);
    return slot;
  }

  /** Returns a register, held, with what was pushed. */
  int pop(int slot) {
    int register = take();
    pushed.remove(slot);
    code.add(new CodeFragment.Plain<>(Insn.load(register, FRAME, frameTop - slot, 8)));
    return register;
  }

  /** Returns the reload of a variable from the stack; 0 if the path has not assigned it. */
  Insn reload(Operand.Variable variable, int register) {
    Integer slot = spilled.get(variable);
    return slot == null
        ? Insn.alu(Opcode.MOV, register, 0)
        : Insn.load(register, FRAME, frameTop - slot, 8);
  }

  // r0 is the first choice until it is known not to be 0, and then the last.
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
