package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A node, and what is known of registers, stack and packet on arrival.
 *
 * @param node what comes next
 * @param captured bytes that are known to be captured, counted from the start of the window
 * @param baseIndex the index that has been added to the base register and subtracted from the
 *     captured bytes, or null
 * @param registers what each register in use holds
 * @param capturedBehind bytes that are known to be captured behind an index
 * @param spilled places of variables on the stack, in bytes below the top
 * @param macKnown whether the MAC header is known to be there
 * @param nonZero whether r0 is known not to be 0
 */
record EbpfState(
    Node node,
    int captured,
    @Nullable Operand baseIndex,
    Map<Integer, Content> registers,
    Map<Operand, Integer> capturedBehind,
    Map<Operand.Variable, Integer> spilled,
    boolean macKnown,
    boolean nonZero) {

  /** How a register holds a number. */
  enum Form {
    /** As a number. */
    NUMBER,
    /** As the bytes of the packet, the first one lowest. */
    RAW,
    /** As the upper half of 32 bits; the lower half is the next two bytes, if they are captured. */
    UPPER,
    /** The base plus the number. */
    POINTER,
    /** The captured bytes minus the number. */
    REMAINING
  }

  /** What a register holds. */
  record Content(Operand operand, Form form) {}

  /**
   * Returns the state at the start of the code.
   *
   * @param headerLength the length of the IPv4 header, which the caller passes in r4
   */
  static EbpfState initial(Node node, Operand headerLength) {
    Map<Integer, Content> given = Map.of(4, new Content(headerLength, Form.NUMBER));
    return new EbpfState(node, 0, null, given, Map.of(), Map.of(), false, false);
  }

  /** Returns the state with r0 known not to be 0. */
  EbpfState withNonZero() {
    return new EbpfState(
            node, captured, baseIndex, registers, capturedBehind, spilled, macKnown, true)
        .unlessRejected();
  }

  private EbpfState unlessRejected() {
    return nonZero && node instanceof Node.Verdict verdict && !verdict.accept()
        ? new EbpfState(
            node, captured, baseIndex, registers, capturedBehind, spilled, macKnown, false)
        : this;
  }

  /** Returns the load of the two bytes behind those of another load. */
  static Operand.Load behind(Operand.Load load) {
    return new Operand.Load(load.area(), load.index(), load.offset() + 2, 2);
  }

  /** Returns the state that knows only the variables, which cannot be computed again. */
  EbpfState withoutFacts() {
    Map<Integer, Content> variables = new TreeMap<>(registers);
    variables.values().removeIf(content -> !(content.operand() instanceof Operand.Variable));
    return new EbpfState(node, 0, null, variables, Map.of(), spilled, false, nonZero);
  }

  /** Returns the state at another node, without facts that are of no use there or below. */
  EbpfState at(Node next, BoundsAnalysis bounds) {
    Set<Operand> used = bounds.used(next);
    Map<Integer, Content> kept = new TreeMap<>();
    registers.forEach(
        (register, content) -> {
          Operand operand = content.operand();
          boolean useful =
              switch (content.form()) {
                case NUMBER, RAW -> used.contains(operand);
                case UPPER ->
                    used.contains(operand)
                        || (operand instanceof Operand.Load load && used.contains(behind(load)));
                case POINTER -> bounds.readsBehind(next, operand);
                case REMAINING ->
                    bounds.maxLength(next, operand) > capturedBehind.getOrDefault(operand, 0);
              };
          if (useful) {
            kept.put(register, content);
          }
        });
    Map<Operand, Integer> known = new HashMap<>();
    capturedBehind.forEach(
        (index, bytes) -> {
          int useful = Math.min(bytes, bounds.maxLength(next, index));
          if (useful > 0) {
            known.put(index, useful);
          }
        });
    Map<Operand.Variable, Integer> stack = new HashMap<>(spilled);
    stack.keySet().retainAll(used);
    int bytes = Math.min(captured, bounds.maxLength(next));
    Operand base = baseIndex != null && bounds.readsBehind(next, baseIndex) ? baseIndex : null;
    return new EbpfState(next, bytes, base, kept, known, stack, macKnown, nonZero).unlessRejected();
  }
}
