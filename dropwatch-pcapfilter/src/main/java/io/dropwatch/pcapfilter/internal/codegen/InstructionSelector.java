package io.dropwatch.pcapfilter.internal.codegen;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.PostOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Selects the instructions of a decision graph: once for each node and each machine state in which
 * paths arrive there.
 *
 * @param <S> a node of the graph, and what is known of registers and packet there; a value
 * @param <I> an instruction
 */
public abstract class InstructionSelector<S, I> {
  private static final int STATES_PER_NODE = 8;
  private static final int FEW_STATES = 2000;

  private final InstructionGraph<I> graph;
  private final int maxStates;
  private final CodeNode<I> reject;
  private final Map<S, StateCode<S, I>> selected = new HashMap<>();
  private final Map<S, CodeNode<I>> finished = new HashMap<>();

  /**
   * For subclasses.
   *
   * @param graph where instructions are built
   * @param reject the code that rejects a packet
   * @param maxStates gives up after more states
   */
  protected InstructionSelector(InstructionGraph<I> graph, CodeNode<I> reject, int maxStates) {
    this.graph = graph;
    this.reject = reject;
    this.maxStates = maxStates;
  }

  /** Returns how many states are worth it for a graph. */
  protected static int maxStates(Graph decisions) {
    return FEW_STATES + STATES_PER_NODE * decisions.nodes().size();
  }

  /**
   * The code of one state.
   *
   * @param fragments instructions that run first
   * @param jump the conditional jump after them, or null when {@code taken} always follows
   * @param taken the state in which the target of the jump is reached
   * @param next the state that follows when the jump is not taken
   */
  public record StateCode<S, I>(
      List<CodeFragment<I>> fragments, @Nullable I jump, S taken, S next) {}

  /** Thrown by {@link #select} when every packet that arrives in the state is rejected. */
  public static final class RejectsAll extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception without stack trace, to be caught at once. */
    public RejectsAll() {
      super("every packet is rejected", null, false, false);
    }
  }

  /** Returns the code of a verdict, or null when the state's node is not a verdict. */
  protected abstract @Nullable CodeNode<I> verdict(S state);

  /**
   * Returns the code of a state whose node is not a verdict.
   *
   * @throws RejectsAll if every packet is rejected there
   */
  protected abstract StateCode<S, I> select(S state);

  /** Returns the code that starts with a state, or null after too many states. */
  protected final @Nullable CodeNode<I> run(S root) {
    PostOrder.run(root, this::visit, () -> finished.size() > maxStates);
    return finished.get(root);
  }

  /** Finishes a state, or returns a successor that must be finished before it. */
  private @Nullable S visit(S state) {
    if (finished.containsKey(state)) {
      return null;
    }
    CodeNode<I> verdict = verdict(state);
    if (verdict != null) {
      finished.put(state, verdict);
      return null;
    }
    StateCode<S, I> code = selected.get(state);
    if (code == null) {
      try {
        code = select(state);
      } catch (RejectsAll _) {
        finished.put(state, reject);
        return null;
      }
      selected.put(state, code);
    }
    CodeNode<I> taken = finished.get(code.taken());
    if (taken == null) {
      return code.taken();
    }
    CodeNode<I> next = finished.get(code.next());
    if (next == null) {
      return code.next();
    }
    selected.remove(state);
    finished.put(state, assemble(code, taken, next));
    return null;
  }

  private CodeNode<I> assemble(StateCode<S, I> code, CodeNode<I> taken, CodeNode<I> next) {
    CodeNode<I> first = code.jump() == null ? taken : graph.fork(code.jump(), taken, next);
    for (CodeFragment<I> fragment : code.fragments().reversed()) {
      first =
          switch (fragment) {
            case CodeFragment.Plain<I>(I instruction) -> graph.step(instruction, first);
            case CodeFragment.RejectIf<I>(I jump) -> graph.fork(jump, reject, first);
            case CodeFragment.Either<I> either ->
                graph.fork(
                    either.jump(), steps(either.taken(), first), steps(either.otherwise(), first));
          };
    }
    return first;
  }

  private CodeNode<I> steps(List<I> instructions, CodeNode<I> next) {
    CodeNode<I> first = next;
    for (I instruction : instructions.reversed()) {
      first = graph.step(instruction, first);
    }
    return first;
  }
}
