package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.Preflight;
import io.dropwatch.model.FailureCode;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The engine's form of {@code io.dropwatch.DropWatchException}, which knows the engine. */
public final class EnvironmentException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final FailureCode code;
  private final String problem;
  private final @Nullable String remedy;

  /**
   * @param problem what failed and why
   * @param remedy what to do; null where nothing is known
   */
  public EnvironmentException(
      FailureCode code, String problem, @Nullable String remedy, @Nullable Throwable cause) {
    super(remedy == null ? problem : problem + "; " + remedy, cause);
    this.code = code;
    this.problem = problem;
    this.remedy = remedy;
  }

  /** As the other constructor, without a cause. */
  public EnvironmentException(FailureCode code, String problem, @Nullable String remedy) {
    this(code, problem, remedy, null);
  }

  /** Returns what the library under the probe threw, with its code in the words of the model. */
  public static EnvironmentException of(BpfException e) {
    return new EnvironmentException(code(e.code()), e.problem(), e.remedy(), e);
  }

  /** Returns what this machine lacks. */
  public static EnvironmentException of(Preflight.Finding finding) {
    return new EnvironmentException(code(finding.code()), finding.problem(), finding.remedy());
  }

  private static FailureCode code(BpfException.Code code) {
    return switch (code) {
      case NO_LIBBPF, OLD_LIBBPF -> FailureCode.NO_LIBBPF;
      case NO_NATIVE_ACCESS -> FailureCode.NO_NATIVE_ACCESS;
      case NO_PRIVILEGE -> FailureCode.NO_PRIVILEGE;
      case NO_BTF, BAD_BTF -> FailureCode.NO_BTF;
      case BAD_OBJECT -> FailureCode.BAD_OBJECT;
      case VERIFIER -> FailureCode.VERIFIER;
      case LOCKDOWN -> FailureCode.LOCKDOWN;
      case MEMLOCK -> FailureCode.MEMLOCK;
      case HIDDEN_SYMBOLS -> FailureCode.HIDDEN_SYMBOLS;
      case NO_TRACEFS, UNREADABLE_FILE, CORRUPT_RING, KERNEL -> FailureCode.KERNEL;
    };
  }

  public FailureCode code() {
    return code;
  }

  public String problem() {
    return problem;
  }

  public @Nullable String remedy() {
    return remedy;
  }
}
