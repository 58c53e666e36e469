package io.dropwatch.model;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Drops that nobody wants to hear of: the kernel frees a packet, but no application loses data.
 *
 * <p>{@link Reason} and {@link Location} are decided in the kernel ({@link
 * DropStatistics#noiseInKernel}), which costs least. {@link Frame} and {@link Pattern} need the
 * stack, and are decided before the listener is called ({@link DropStatistics#noise}); an event
 * without a stack ({@link io.dropwatch.DropWatcherBuilder#stackDepth} 0, symbols hidden) passes
 * them.
 */
public sealed interface NoiseRule {
  /**
   * A socket whose peer has closed frees segments behind the peer's end: the function {@code
   * skb_rbtree_purge} in state CLOSE_WAIT.
   */
  NoiseRule CLOSE_WAIT = new Frame("close_wait", "skb_rbtree_purge", SocketState.of("CLOSE_WAIT"));

  /** A neighbour entry ends: the packets that waited for it are freed. */
  NoiseRule NEIGH_INVALIDATE = new Frame("neigh_invalidate", "neigh_invalidate", null);

  /** The bnxt network driver frees packets that it has sent. */
  NoiseRule BNXT_TX_INT = new Frame("bnxt_tx_int", "bnxt_tx_int", null);

  /** The rules that hold unless others are set. */
  List<NoiseRule> DEFAULTS = List.of(CLOSE_WAIT, NEIGH_INVALIDATE, BNXT_TX_INT);

  /** What the rule is called; different for each rule of a watcher. */
  String name();

  /**
   * A function anywhere in the stack.
   *
   * @param function kernel function; also matches what the compiler made of it, such as {@code
   *     function.isra.0}
   * @param state only packets of a socket in this state; null: any
   */
  record Frame(String name, String function, @Nullable SocketState state) implements NoiseRule {
    public Frame {
      name = named(name);
      function = named(function);
    }
  }

  /**
   * A pattern that is found in the whole stack. The stack has one line for each frame, innermost
   * first; a pattern may be written for bare names ({@code tcp_v4_rcv}) or for names with an offset
   * ({@code tcp_v4_rcv/+123 [kernel]}): either form is tried.
   *
   * <p>Needs {@code com.google.re2j:re2j} on the class path.
   *
   * @param expression in the syntax of RE2, not anchored; takes time linear in the stack
   */
  record Pattern(String name, String expression) implements NoiseRule {
    public Pattern {
      name = named(name);
      Objects.requireNonNull(expression, "expression");
    }
  }

  /**
   * A reason for the drop.
   *
   * @param reason the kernel's name for it, with or without {@code SKB_DROP_REASON_}
   */
  record Reason(String name, String reason) implements NoiseRule {
    public Reason {
      name = named(name);
      reason = named(reason);
    }
  }

  /**
   * The function that dropped the packet: the one that {@link io.dropwatch.DropEvent#location} lies
   * in.
   *
   * @param function kernel function, as in {@link Frame}
   */
  record Location(String name, String function) implements NoiseRule {
    public Location {
      name = named(name);
      function = named(function);
    }
  }

  private static String named(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "a noise rule has an empty part: name it, and what it matches");
    }
    return name.strip();
  }
}
