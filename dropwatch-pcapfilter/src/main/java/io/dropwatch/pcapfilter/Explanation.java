package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.explain.ExplainedPacket;
import java.util.List;
import java.util.Optional;

/**
 * Why a packet matches a filter or does not.
 *
 * <p>{@link #toString} shows the expression with a mark under each primitive, and below it what was
 * read for each: {@code +} true, {@code -} false, {@code !} rejects the packet, {@code .} not
 * evaluated.
 *
 * <pre>
 * no match: 'port 443' is false
 *   tcp and port 443 and not host 10.0.0.1
 *   +++     --------         .............
 *   + tcp            ethertype [12:2] is 0x800 (IPv4); IP protocol [23:1] is 6 (TCP)
 *   - port 443       source port is 40000, not 443; destination port is 80, not 443
 *   . host 10.0.0.1  not evaluated
 * </pre>
 */
public final class Explanation {
  private final String expression;
  private final boolean matches;
  private final List<Primitive> primitives;

  private Explanation(String expression, ExplainedPacket packet) {
    this.expression = expression;
    this.matches = packet.matches();
    this.primitives = packet.primitives().stream().map(Primitive::new).toList();
  }

  static Explanation of(String expression, ExplainedPacket packet) {
    return new Explanation(expression, packet);
  }

  /** Result of a primitive. More may be added: a {@code switch} should have a default case. */
  public enum Outcome {
    /** It is true for the packet. */
    TRUE('+'),
    /** It is false for the packet. */
    FALSE('-'),
    /** It read what the packet does not have, which rejects the packet whatever else holds. */
    REJECTED('!'),
    /** The verdict did not depend on it. */
    NOT_EVALUATED('.');

    private final char mark;

    Outcome(char mark) {
      this.mark = mark;
    }

    /** Returns the character that stands for it in the text form. */
    public char mark() {
      return mark;
    }
  }

  /** A primitive of the expression. */
  public static final class Primitive {
    private final ExplainedPacket.Primitive explained;

    private Primitive(ExplainedPacket.Primitive explained) {
      this.explained = explained;
    }

    /** Returns the primitive with the qualifiers that it inherits. */
    public String text() {
      return explained.text();
    }

    /** Returns where it begins, in UTF-16 code units from the start of the expression. */
    public int offset() {
      return explained.span().start();
    }

    /** Returns the offset after its last code unit. */
    public int endOffset() {
      return explained.span().end();
    }

    /** Returns its result. */
    public Outcome outcome() {
      return explained.outcome();
    }

    /** Returns in words what was read and why that decides. */
    public String reason() {
      return explained.reason();
    }

    /** Returns every comparison that was made, in order. */
    public List<Reading> readings() {
      return explained.readings().stream().map(Reading::new).toList();
    }

    /** Returns whether it was evaluated last: the verdict was known after it. */
    public boolean isDeciding() {
      return explained.deciding();
    }
  }

  /** A number that was read from the packet and compared. */
  public static final class Reading {
    private final ExplainedPacket.Reading explained;

    private Reading(ExplainedPacket.Reading explained) {
      this.explained = explained;
    }

    /**
     * Returns the name of the field, where known, and where it was read: {@code [12:2]} are two
     * bytes at offset 12.
     */
    public String field() {
      return explained.field();
    }

    /** Returns the number, 0 to 2<sup>32</sup> - 1. */
    public long value() {
      return explained.value();
    }

    /** Returns what it was compared with, such as {@code == 443}. */
    public String comparison() {
      return explained.comparison();
    }

    /** Returns whether the comparison holds. */
    public boolean holds() {
      return explained.holds();
    }
  }

  /** Returns the expression as it was given. */
  public String expression() {
    return expression;
  }

  /** Returns the verdict. */
  public boolean matches() {
    return matches;
  }

  /** Returns every primitive of the expression, in its order. */
  public List<Primitive> primitives() {
    return primitives;
  }

  /** Returns the primitive that was evaluated last; empty for the empty expression. */
  public Optional<Primitive> deciding() {
    return primitives.stream().filter(Primitive::isDeciding).findFirst();
  }

  /** Returns the verdict and what decided, the expression with its marks, then each primitive. */
  @Override
  public String toString() {
    return ExplanationText.print(this);
  }
}
