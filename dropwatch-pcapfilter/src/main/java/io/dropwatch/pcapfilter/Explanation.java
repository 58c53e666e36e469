package io.dropwatch.pcapfilter;

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
 *
 * @param expression the expression as it was given
 * @param matches the verdict
 * @param parts every primitive of the expression, in its order
 */
public record Explanation(String expression, boolean matches, List<Part> parts) {

  /** Copies the list. */
  public Explanation {
    parts = List.copyOf(parts);
  }

  /** What came of a primitive. */
  public enum Outcome {
    /** It is true of the packet. */
    TRUE('+'),
    /** It is false of the packet. */
    FALSE('-'),
    /** It asked for what the packet does not have, which rejects the packet whatever else holds. */
    REJECTED('!'),
    /** The verdict did not depend on it. */
    NOT_EVALUATED('.');

    private final char mark;

    Outcome(char mark) {
      this.mark = mark;
    }

    /** The character that stands for it in the text form. */
    public char mark() {
      return mark;
    }
  }

  /**
   * A number that was read from the packet and compared.
   *
   * @param field what it is, where that is known, and where it was read: {@code [12:2]} are two
   *     bytes at offset 12
   * @param value the number, 0 to 2 to the 32 less 1
   * @param comparison with what it was compared, such as {@code == 443}
   * @param holds whether the comparison holds
   */
  public record Reading(String field, long value, String comparison, boolean holds) {}

  /**
   * A primitive.
   *
   * @param text with the qualifiers that it inherits
   * @param start where it begins, in UTF-16 code units from the start of the expression
   * @param end one past its last code unit
   * @param outcome what came of it
   * @param reason what was read and why that decides, in words
   * @param readings every comparison that was made, in order
   * @param deciding whether it is the last one evaluated, after which the verdict was known
   */
  public record Part(
      String text,
      int start,
      int end,
      Outcome outcome,
      String reason,
      List<Reading> readings,
      boolean deciding) {

    /** Copies the list. */
    public Part {
      readings = List.copyOf(readings);
    }
  }

  /** The primitive that was evaluated last; empty for the empty expression. */
  public Optional<Part> deciding() {
    return parts.stream().filter(Part::deciding).findFirst();
  }

  /** The verdict and what decided, then the expression with its marks, then each primitive. */
  @Override
  public String toString() {
    return ExplanationText.print(this);
  }
}
