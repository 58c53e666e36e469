package io.dropwatch;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.internal.probe.EnvironmentException;
import io.dropwatch.model.FailureCode;
import io.dropwatch.output.Printable;
import java.io.Serial;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when this machine does not allow to watch drops, or no longer. Nothing stays in the kernel
 * when {@code start()} throws it.
 *
 * <p>This is the only exception for causes outside the program. Wrong arguments are {@link
 * NullPointerException} and {@link IllegalArgumentException} ({@link
 * io.dropwatch.pcapfilter.FilterSyntaxException} for a filter), thrown by the method that gets
 * them; calls in the wrong state are {@link IllegalStateException}.
 *
 * <p>{@link #getMessage} is one line for people: {@link #problem}, and {@link #remedy} if there is
 * one. Programs read {@link #code}.
 */
public final class DropWatchException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final FailureCode code;
  private final String problem;
  private final @Nullable String remedy;

  DropWatchException(FailureCode code, String problem, @Nullable String remedy, Throwable cause) {
    super(Printable.line(remedy == null ? problem : problem + "; " + remedy), cause);
    this.code = code;
    // Names of devices, files and sections of objects are anybody's.
    this.problem = Printable.line(problem);
    this.remedy = remedy == null ? null : Printable.line(remedy);
  }

  /** Runs a call into the engine, and throws its exceptions in the words of this API. */
  static <T> T translated(Supplier<T> call) {
    try {
      return call.get();
    } catch (BpfException e) {
      throw of(EnvironmentException.of(e), e);
    } catch (EnvironmentException e) {
      throw of(e, e);
    }
  }

  private static DropWatchException of(EnvironmentException e, RuntimeException cause) {
    return new DropWatchException(e.code(), e.problem(), e.remedy(), cause);
  }

  /** Returns the cause, for programs. */
  public FailureCode code() {
    return code;
  }

  /** Returns what failed and why, in one line. */
  public String problem() {
    return problem;
  }

  /** Returns what to do, in one line; null where nothing is known. */
  public @Nullable String remedy() {
    return remedy;
  }

  /** Returns {@link #problem}, then {@link #remedy} if there is one, in one line. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
