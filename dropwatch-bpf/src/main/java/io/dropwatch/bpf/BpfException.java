package io.dropwatch.bpf;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that the kernel, libbpf or an input refused.
 *
 * <p>The message is one line: what was tried, what came back, the most telling line of the log, and
 * the remedy where there is one. The whole of what libbpf and the verifier said is in {@link #log}
 * and {@link #verifierLog}.
 */
public final class BpfException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String operation;
  private final transient @Nullable Errno errno;
  private final transient List<String> log;
  private final transient List<String> verifierLog;
  private final @Nullable String remedy;

  BpfException(
      String operation, @Nullable Errno errno, NativeLog.Lines lines, @Nullable String remedy) {
    super(message(operation, errno, lines, remedy));
    this.operation = operation;
    this.errno = errno;
    this.log = lines.libbpf();
    this.verifierLog = lines.verifier();
    this.remedy = remedy;
  }

  /** A call that failed without a word. */
  BpfException(String operation, Errno errno) {
    this(operation, errno, NativeLog.Lines.NONE, null);
  }

  /** An input that is not what it has to be. */
  BpfException(String operation, String found) {
    this(operation + ": " + found, null, NativeLog.Lines.NONE, null);
  }

  /** An input that is not what it has to be, or a machine that lacks something. */
  BpfException(String operation, String found, String remedy) {
    this(operation + ": " + found, null, NativeLog.Lines.NONE, remedy);
  }

  private static String message(
      String operation, @Nullable Errno errno, NativeLog.Lines lines, @Nullable String remedy) {
    StringBuilder message = new StringBuilder(operation);
    if (errno != null) {
      message.append(": ").append(errno);
    }
    String telling = lines.mostTelling();
    if (telling != null) {
      message.append("; ").append(telling);
    }
    if (remedy != null) {
      message.append(". ").append(remedy);
    }
    return message.toString();
  }

  /** {@return one line: what was tried, what came back, the most telling line, the remedy} */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /** {@return what was tried, with the names of what it was tried on} */
  public String operation() {
    return operation;
  }

  /** {@return what came back, or null where no system call or library call failed} */
  public @Nullable Errno errno() {
    return errno;
  }

  /** {@return the lines libbpf logged during the operation, without the verifier's log} */
  public List<String> log() {
    return log;
  }

  /**
   * {@return the last lines of the verifier's log, oldest first; empty when the verifier did not
   * refuse}
   */
  public List<String> verifierLog() {
    return verifierLog;
  }

  /** {@return what the user can do, one sentence; null where nothing is known} */
  public @Nullable String remedy() {
    return remedy;
  }
}
