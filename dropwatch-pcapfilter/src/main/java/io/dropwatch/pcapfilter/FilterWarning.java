package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.source.SourceSnippet;
import io.dropwatch.pcapfilter.internal.warn.Warning;
import org.jspecify.annotations.Nullable;

/**
 * A known pitfall of the filter language that applies to an expression. The filter is valid and
 * means what libpcap defines; it may not be what its author wants.
 *
 * <p>{@link #code} is for programs, the texts are for people and may change.
 */
public final class FilterWarning {
  /** Longer suggestions are not printed: nobody reads them. */
  private static final int MAX_PRINTED = 1000;

  private final Warning warning;
  private final SourceSnippet caret;

  FilterWarning(String expression, Warning warning) {
    this.warning = warning;
    this.caret = new SourceSnippet(expression, warning.span());
  }

  /**
   * The pitfalls. More may be added; a {@code switch} over them should have a default case:
   *
   * <pre>{@code
   * switch (warning.code()) {
   *   case MATCHES_NOTHING, MATCHES_EVERYTHING -> refuse(warning);
   *   default -> log(warning);
   * }
   * }</pre>
   */
  public enum Code {
    /** No packet can match the filter, or the alternative that the warning points at. */
    MATCHES_NOTHING(false),
    /** Every packet matches that is long enough for what the filter reads. */
    MATCHES_EVERYTHING(false),
    /** A header such as a VLAN tag shifts later primitives, also for packets without it. */
    SHIFTED_OFFSETS(false),
    /** {@code and} and {@code or} have the same precedence and associate to the left. */
    AND_OR_PRECEDENCE(false),
    /** {@code not} applies to the first value of a list only. */
    NOT_BEFORE_LIST(false),
    /** {@code host 10} is 0.0.0.10. */
    SHORT_HOST_ADDRESS(false),
    /** {@code %} and {@code ^} take everything after them as their right operand. */
    OPERATOR_PRECEDENCE(false),
    /** IPv6 extension headers are not followed. */
    IPV6_EXTENSION_HEADERS(true),
    /** Bytes of a transport header are found in IPv4 only. */
    IPV4_ONLY(true),
    /** Later fragments have no ports, and so match where a port is excluded. */
    LATER_FRAGMENTS(true);

    private final boolean note;

    Code(boolean note) {
      this.note = note;
    }

    /**
     * Returns whether this is a note: a limit of the filter that its author may well accept. The
     * others are probably mistakes.
     */
    public boolean isNote() {
      return note;
    }
  }

  /** Returns which pitfall it is. */
  public Code code() {
    return warning.code();
  }

  /** Returns where it begins, in UTF-16 code units from the start of the expression. */
  public int offset() {
    return warning.span().start();
  }

  /** Returns the offset after its last code unit. */
  public int endOffset() {
    return warning.span().end();
  }

  /** Returns its line in the expression, from 1. */
  public int line() {
    return caret.line();
  }

  /** Returns its column in that line, in UTF-16 code units from 1. */
  public int column() {
    return caret.column();
  }

  /** Returns a sentence that says what happens. */
  public String message() {
    return warning.message();
  }

  /** Returns a phrase that says what to do; null if that is unknown. */
  public @Nullable String fix() {
    return warning.fix();
  }

  /**
   * Returns the whole expression with that done, for every place that has this pitfall; null if
   * there is none. It is a filter for the same packets and options, without warnings of this {@link
   * #code}. What it matches on packets that are captured whole:
   *
   * <ul>
   *   <li>{@link Code#SHIFTED_OFFSETS}: each condition is read at the offset that it has without
   *       the shift
   *   <li>{@link Code#AND_OR_PRECEDENCE}: {@code and} before {@code or}; a list such as {@code port
   *       80 or 443} stays one operand
   *   <li>{@link Code#NOT_BEFORE_LIST}: packets that match no value of the list
   *   <li>{@link Code#SHORT_HOST_ADDRESS}: the network in place of the host
   *   <li>{@link Code#OPERATOR_PRECEDENCE}: the right operand is the next number only
   *   <li>{@link Code#IPV6_EXTENSION_HEADERS}: the protocol after extension headers counts as the
   *       protocol; for {@code icmp6[...]} after one hop-by-hop header, as multicast listener
   *       reports have it
   *   <li>{@link Code#IPV4_ONLY}: the same comparison counts for IPv6 without extension headers
   *   <li>{@link Code#LATER_FRAGMENTS}: where a port is excluded, later fragments are, too
   * </ul>
   */
  public @Nullable String suggestion() {
    return warning.suggestion();
  }

  /** Returns line, column and message, the line with carets below it, fix and suggestion. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(caret.place() + ": " + message() + "\n" + caret.show());
    if (fix() != null) {
      text.append("\nfix: ").append(fix());
    }
    String suggestion = suggestion();
    if (suggestion != null && suggestion.length() <= MAX_PRINTED) {
      text.append("\n  ").append(suggestion);
    }
    return SourceSnippet.printable(text.toString());
  }
}
