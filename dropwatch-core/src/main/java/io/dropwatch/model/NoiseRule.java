package io.dropwatch.model;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A rule for drops that are noise: drops that the user does not want to see, mostly because no
 * application loses data.
 *
 * <p>{@link Reason} and {@link Location} are decided in the kernel ({@link
 * DropStatistics#noiseInKernel}), which costs least. {@link Frame} and {@link Pattern} need the
 * stack, and are decided before the listener is called ({@link DropStatistics#noise}); an event
 * without a stack ({@link io.dropwatch.DropWatcherBuilder#stackDepth} 0, symbols hidden) passes
 * them.
 *
 * <p>Later releases may have more kinds of rules: a switch needs a default case.
 */
public sealed interface NoiseRule {
  /** Segments that a socket in CLOSE_WAIT still held, freed by {@code skb_rbtree_purge}. */
  NoiseRule CLOSE_WAIT = new Frame("close_wait", "skb_rbtree_purge", SocketState.of("CLOSE_WAIT"));

  /**
   * Packets that waited for the MAC address of a neighbour that did not answer (ARP, NDP). They are
   * lost, and their senders get an error (EHOSTUNREACH). It is among the defaults because HUATUO's
   * dropwatch, whose defaults these are, hides them; the first hidden drop gives the warning {@link
   * DropWarning.Code#HIDDEN_LOSS}.
   */
  NoiseRule NEIGH_INVALIDATE = new Frame("neigh_invalidate", "neigh_invalidate", null);

  /** Buffers that the bnxt network driver frees after sending. */
  NoiseRule BNXT_TX_INT = new Frame("bnxt_tx_int", "bnxt_tx_int", null);

  /** The rules of watchers and replays by default. */
  List<NoiseRule> DEFAULTS = List.of(CLOSE_WAIT, NEIGH_INVALIDATE, BNXT_TX_INT);

  /** Returns the name of the rule, which is unique within a watcher. */
  String name();

  /**
   * Matches a function anywhere in the stack.
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
   * Matches a pattern anywhere in the stack. The stack has one line for each frame, innermost
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
   * Matches the reason of the drop.
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
   * Matches the function that dropped the packet: the one that {@link
   * io.dropwatch.DropEvent#location} lies in.
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
