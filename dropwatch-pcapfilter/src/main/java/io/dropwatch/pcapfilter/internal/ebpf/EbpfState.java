package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A node and what the registers hold on arrival.
 *
 * @param node what comes next
 * @param captured bytes that are known to be there, counted from the window's start
 * @param shifted the index that has been added to the base register and taken off the captured
 *     bytes, or null
 * @param registers what each register in use holds
 * @param reached bytes known to be there behind an index
 * @param spilled places of variables on the stack, in bytes below the frame pointer
 * @param macKnown whether the MAC header is known to be there
 * @param nonZero whether the verdict's register is known not to be 0
 */
record EbpfState(
    Node node,
    int captured,
    @Nullable Quantity shifted,
    Map<Integer, Content> registers,
    Map<Quantity, Integer> reached,
    Map<Quantity.Variable, Integer> spilled,
    boolean macKnown,
    boolean nonZero) {

  /** How a register holds a number. */
  enum Form {
    /** As a number. */
    NUMBER,
    /** As the bytes of the packet, the first one lowest. */
    RAW,
    /**
     * As the upper half of 32 bits; the lower half is what the next two bytes hold, if they are
     * captured.
     */
    UPPER,
    /** The base plus the number. */
    POINTER,
    /** The captured bytes less the number. */
    LEFT
  }

  /** What a register holds. */
  record Content(Quantity quantity, Form form) {}

  /**
   * Where the code starts.
   *
   * @param headerLength the length of the IPv4 header, in r4
   */
  static EbpfState initial(Node node, Quantity headerLength) {
    Map<Integer, Content> given = Map.of(4, new Content(headerLength, Form.NUMBER));
    return new EbpfState(node, 0, null, given, Map.of(), Map.of(), false, false);
  }

  /** The same, with the verdict's register known not to be 0. */
  EbpfState withNonZero() {
    return new EbpfState(node, captured, shifted, registers, reached, spilled, macKnown, true)
        .unlessRejected();
  }

  private EbpfState unlessRejected() {
    return nonZero && node instanceof Node.Verdict verdict && !verdict.accept()
        ? new EbpfState(node, captured, shifted, registers, reached, spilled, macKnown, false)
        : this;
  }

  /** The two bytes behind those that are read. */
  static Quantity.Load behind(Quantity.Load load) {
    return new Quantity.Load(load.area(), load.index(), load.offset() + 2, 2);
  }

  /** Nothing but the variables, which cannot be computed again. */
  EbpfState withoutFacts() {
    Map<Integer, Content> variables = new TreeMap<>(registers);
    variables.values().removeIf(content -> !(content.quantity() instanceof Quantity.Variable));
    return new EbpfState(node, 0, null, variables, Map.of(), spilled, false, nonZero);
  }

  /** The same knowledge at another node, without what nobody there or below can use. */
  EbpfState at(Node next, BoundsAnalysis needs) {
    Set<Quantity> used = needs.used(next);
    Set<Quantity> indices = needs.indices(next);
    Map<Integer, Content> kept = new TreeMap<>();
    registers.forEach(
        (register, content) -> {
          Quantity quantity = content.quantity();
          boolean useful =
              switch (content.form()) {
                case NUMBER, RAW -> used.contains(quantity);
                case UPPER ->
                    used.contains(quantity)
                        || (quantity instanceof Quantity.Load load && used.contains(behind(load)));
                case POINTER -> indices.contains(quantity);
                case LEFT -> needs.most(next, quantity) > reached.getOrDefault(quantity, 0);
              };
          if (useful) {
            kept.put(register, content);
          }
        });
    Map<Quantity, Integer> known = new HashMap<>();
    reached.forEach(
        (index, bytes) -> {
          int most = Math.min(bytes, needs.most(next, index));
          if (most > 0) {
            known.put(index, most);
          }
        });
    Map<Quantity.Variable, Integer> stack = new HashMap<>(spilled);
    stack.keySet().retainAll(used);
    int bytes = Math.min(captured, needs.most(next));
    Quantity base = shifted != null && indices.contains(shifted) ? shifted : null;
    return new EbpfState(next, bytes, base, kept, known, stack, macKnown, nonZero).unlessRejected();
  }
}
