package io.dropwatch.model;

import io.dropwatch.pcapfilter.FilterWarning;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that works less well than it could, and what would help. Watching goes on.
 *
 * <p>Programs compare {@link #code}; the text is for people and may change.
 */
public final class DropWarning {
  /**
   * What a warning is about. Later releases have more codes, so a switch needs a default case:
   *
   * <pre>{@code
   * switch (warning.code()) {
   *   case SYMBOLS_HIDDEN -> grantSyslog();
   *   default -> log(warning);
   * }
   * }</pre>
   */
  public enum Code {
    /** The filter is correct, and may not mean what it says: a known trap of the language. */
    FILTER,
    /** The kernel hides its symbols from this process: stacks have addresses instead of names. */
    SYMBOLS_HIDDEN,
    /** A CPU came online and has no perf ring: its drops are counted as lost. */
    NO_RING,
    /**
     * The noise rule {@link NoiseRule#NEIGH_INVALIDATE} hides lost packets: those that waited for a
     * neighbour which did not answer.
     */
    HIDDEN_LOSS
  }

  private final Code code;
  private final String message;
  private final @Nullable FilterWarning filterWarning;

  private DropWarning(Code code, String message, @Nullable FilterWarning filterWarning) {
    this.code = Objects.requireNonNull(code, "code");
    this.message = Objects.requireNonNull(message, "message");
    this.filterWarning = filterWarning;
  }

  /** Returns a warning. */
  public static DropWarning of(Code code, String message) {
    return new DropWarning(code, message, null);
  }

  /** Returns a warning of the filter compiler, with {@link Code#FILTER}. */
  public static DropWarning of(FilterWarning warning) {
    return new DropWarning(Code.FILTER, "the filter: " + warning, warning);
  }

  /** Returns the warning of the filter compiler; null for other codes. */
  public @Nullable FilterWarning filterWarning() {
    return filterWarning;
  }

  /** Returns what the warning is about. */
  public Code code() {
    return code;
  }

  /** Returns one line for people: what is the case, and what would help. */
  public String message() {
    return message;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DropWarning that && code == that.code && message.equals(that.message);
  }

  @Override
  public int hashCode() {
    return Objects.hash(code, message);
  }

  /** Returns the message. */
  @Override
  public String toString() {
    return message;
  }
}
