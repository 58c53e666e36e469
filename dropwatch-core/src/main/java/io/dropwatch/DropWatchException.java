package io.dropwatch;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Drops cannot be watched, or no longer. The message is one line that names the cause and the
 * remedy, fit to be shown to the user as it is.
 */
public final class DropWatchException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** Who can remedy it. */
  public enum Kind {
    /** The caller asked for something that makes no sense: another request will do. */
    USAGE,
    /** The machine lacks something: a privilege, a library, a kernel feature. */
    ENVIRONMENT
  }

  private final Kind kind;

  private DropWatchException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The caller's request is at fault. */
  public static DropWatchException usage(String message) {
    return new DropWatchException(Kind.USAGE, message, null);
  }

  /** The caller's request is at fault, as {@code cause} found out. */
  public static DropWatchException usage(String message, Throwable cause) {
    return new DropWatchException(Kind.USAGE, message, cause);
  }

  /** The machine is at fault. */
  public static DropWatchException environment(String message) {
    return new DropWatchException(Kind.ENVIRONMENT, message, null);
  }

  /** The machine is at fault, as {@code cause} found out. */
  public static DropWatchException environment(String message, Throwable cause) {
    return new DropWatchException(Kind.ENVIRONMENT, message, cause);
  }

  /** Who can remedy it. */
  public Kind kind() {
    return kind;
  }
}
