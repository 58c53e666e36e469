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
 */
record State(
    Node node,
    int captured,
    @Nullable Quantity shifted,
    Map<Integer, Content> registers,
    Map<Quantity, Integer> reached,
    Map<Quantity.Variable, Integer> spilled,
    boolean macKnown) {

  /** How a register holds a number. */
  enum Form {
    /** As a number. */
    NUMBER,
    /** As the bytes of the packet, the first one lowest. */
    RAW,
    /** The base plus the number. */
    POINTER,
    /** The captured bytes less the number. */
    LEFT
  }

  /** What a register holds. */
  record Content(Quantity quantity, Form form) {}

  static State initial(Node node) {
    return new State(node, 0, null, Map.of(), Map.of(), Map.of(), false);
  }

  /** Nothing but the variables, which cannot be computed again. */
  State forgetful() {
    Map<Integer, Content> variables = new TreeMap<>(registers);
    variables.values().removeIf(content -> !(content.quantity() instanceof Quantity.Variable));
    return new State(node, 0, null, variables, Map.of(), spilled, false);
  }

  /** The same knowledge at another node, without what nobody there or below can use. */
  State at(Node next, Needs needs) {
    Set<Quantity> used = needs.used(next);
    Set<Quantity> indices = needs.indices(next);
    Map<Integer, Content> kept = new TreeMap<>();
    registers.forEach(
        (register, content) -> {
          Quantity quantity = content.quantity();
          boolean useful =
              switch (content.form()) {
                case NUMBER, RAW -> used.contains(quantity);
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
    return new State(next, bytes, base, kept, known, stack, macKnown);
  }
}
