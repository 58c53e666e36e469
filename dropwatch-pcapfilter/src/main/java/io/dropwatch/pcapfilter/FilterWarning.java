package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.source.Caret;
import io.dropwatch.pcapfilter.internal.source.Span;
import org.jspecify.annotations.Nullable;

/**
 * A known trap of the filter language that an expression walks into. The filter is valid and means
 * what libpcap says that it means; it may not be what its author wants.
 *
 * @param kind which trap
 * @param expression the expression
 * @param start where the place begins, in UTF-16 code units from the start of the expression
 * @param end one past its last code unit
 * @param message what happens, in words
 * @param fix what the author most likely wants; null when there is no telling
 */
public record FilterWarning(
    Kind kind, String expression, int start, int end, String message, @Nullable String fix) {

  /** The traps. */
  public enum Kind {
    /** No packet can match, neither the filter nor the alternative at the place. */
    MATCHES_NOTHING(false),
    /** Every packet matches that is long enough for what is read. */
    MATCHES_EVERYTHING(false),
    /** A header such as a VLAN tag shifts what follows, for packets without that header too. */
    SHIFTED_OFFSETS(false),
    /** {@code and} and {@code or} bind alike, from left to right. */
    MIXED_CONNECTIVES(false),
    /** {@code not} applies to the first value of a list only. */
    NOT_OF_A_LIST(false),
    /** {@code host 10} is 0.0.0.10. */
    SHORT_HOST(false),
    /** {@code %} and {@code ^} take all that follows as their right operand. */
    GREEDY_OPERATOR(false),
    /** Extension headers of IPv6 are not looked through. */
    IPV6_EXTENSION_HEADERS(true),
    /** Bytes of a transport header are found in IPv4 only. */
    IPV4_ONLY(true),
    /** Later fragments have no ports, and so match where a port is excluded. */
    LATER_FRAGMENTS(true);

    private final boolean note;

    Kind(boolean note) {
      this.note = note;
    }

    /**
     * Whether it only reminds of a limit that the filter may well accept; the others are probably
     * mistakes.
     */
    public boolean isNote() {
      return note;
    }
  }

  /** Line and column (from 1), the message, the line with carets below it, and the fix. */
  @Override
  public String toString() {
    Caret caret = new Caret(expression, new Span(start, end));
    String text =
        "line "
            + caret.line()
            + ", column "
            + caret.column()
            + ": "
            + message
            + "\n"
            + caret.show();
    return Caret.printable(fix == null ? text : text + "\nfix: " + fix);
  }
}
