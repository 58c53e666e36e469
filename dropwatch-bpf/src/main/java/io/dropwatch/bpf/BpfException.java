package io.dropwatch.bpf;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the machine, the kernel, libbpf or an input file does not allow an operation.
 *
 * <p>This is the only exception of this package for causes outside the program. Wrong arguments are
 * {@link NullPointerException} and {@link IllegalArgumentException}; calls in the wrong state, such
 * as an attach before the load, are {@link IllegalStateException}.
 *
 * <p>{@link #getMessage} is one line for people: {@link #problem}, and {@link #remedy} if there is
 * one. Programs read {@link #code}. A library built on this one maps the exception with those three
 * and keeps it as the cause:
 *
 * <pre>{@code
 * Code code = switch (e.code()) {
 *   case NO_PRIVILEGE -> Code.NO_PRIVILEGE;
 *   case VERIFIER, LOCKDOWN -> Code.VERIFIER;
 *   default -> Code.KERNEL;              // new codes may come
 * };
 * throw new ProbeException(code, e.problem(), e.remedy(), e);
 * }</pre>
 */
public final class BpfException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * The cause of a failure. New codes may come with new releases, so a {@code switch} needs a
   * default case.
   */
  public enum Code {
    /** {@code libbpf.so.1} is not installed. */
    NO_LIBBPF,
    /** {@code libbpf.so.1} lacks functions that this package calls. */
    OLD_LIBBPF,
    /** The JVM was started without {@code --enable-native-access} for this module. */
    NO_NATIVE_ACCESS,
    /**
     * The kernel answered EPERM or EACCES: a capability is missing, or a security policy denies.
     */
    NO_PRIVILEGE,
    /** The kernel offers no BTF: {@code /sys/kernel/btf/vmlinux} is missing or unreadable. */
    NO_BTF,
    /** BTF type information is damaged or of an unknown format. */
    BAD_BTF,
    /** An object file is damaged, not eBPF, or lacks a program, map or variable by that name. */
    BAD_OBJECT,
    /** The verifier rejected a program; see {@link BpfException#verifierLog}. */
    VERIFIER,
    /** Kernel lockdown forbids programs to read kernel memory: kernel_lockdown(7). */
    LOCKDOWN,
    /** The limit of locked memory (RLIMIT_MEMLOCK) is too low for the ring. */
    MEMLOCK,
    /** tracefs is not mounted, so classic tracepoints cannot be found. */
    NO_TRACEFS,
    /** The kernel hides the addresses of its symbols from this process. */
    HIDDEN_SYMBOLS,
    /** A file cannot be read; the cause is the {@link IOException}. */
    UNREADABLE_FILE,
    /** A ring contains a record that no kernel writes. */
    CORRUPT_RING,
    /** Any other error of the kernel or of libbpf; see {@link BpfException#errno}. */
    KERNEL
  }

  private final Code code;
  private final String problem;
  private final @Nullable String remedy;
  private final int errno;
  private final String[] log;
  private final String[] verifierLog;

  private BpfException(Preflight.Cause cause, String found, int errno, NativeLog.Lines lines) {
    String problem = printable(found);
    super(cause.remedy() == null ? problem : problem + "; " + cause.remedy());
    this.code = cause.code();
    this.problem = problem;
    this.remedy = cause.remedy();
    this.errno = errno;
    this.log = lines.libbpf().toArray(String[]::new);
    this.verifierLog = lines.verifier().toArray(String[]::new);
  }

  /** A failure that no native call reported. */
  BpfException(Code code, String problem, @Nullable String remedy) {
    this(new Preflight.Cause(code, remedy), problem, 0, NativeLog.Lines.NONE);
  }

  /** A native call that failed. */
  BpfException(String operation, Errno errno, NativeLog.Lines lines, Preflight.Cause cause) {
    this(cause, problem(operation, errno, lines), errno.number(), lines);
  }

  /** A native call that failed, outside of the calls that libbpf logs. */
  BpfException(String operation, Errno errno) {
    this(operation, errno, NativeLog.Lines.NONE, Preflight.loadCause(errno));
  }

  /** A file that cannot be read. */
  static BpfException unreadable(Code code, String operation, IOException e, String remedy) {
    // The messages of these two are only the path.
    String reason =
        switch (e) {
          case NoSuchFileException _ -> "no such file";
          case AccessDeniedException _ -> "permission denied";
          default -> String.valueOf(e.getMessage());
        };
    BpfException thrown = new BpfException(code, operation + ": " + reason, remedy);
    thrown.initCause(e);
    return thrown;
  }

  private static String problem(String operation, Errno errno, NativeLog.Lines lines) {
    String summary = lines.summary();
    return operation + ": " + errno + (summary == null ? "" : "; " + summary);
  }

  /** Escapes what could control a terminal: an object file names its sections as it likes. */
  private static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (Character.getType(c)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    printable.append("\\u%04x".formatted(c));
                default -> printable.appendCodePoint(c);
              }
            });
    return printable.toString();
  }

  /** {@return one line: {@link #problem}, then {@link #remedy} if there is one} */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /** {@return the cause, for programs} */
  public Code code() {
    return code;
  }

  /**
   * {@return what was tried and why it failed, in one line: the operation, the errno, and the
   * decisive line of the verifier or of libbpf}
   */
  public String problem() {
    return problem;
  }

  /** {@return what the user can do, in one sentence; null if nothing is known} */
  public @Nullable String remedy() {
    return remedy;
  }

  /** {@return the error number; null if no system call or library call failed} */
  public @Nullable Errno errno() {
    return errno == 0 ? null : Errno.of(errno);
  }

  /** {@return the lines that libbpf logged during the operation, without the verifier's log} */
  public List<String> log() {
    return List.of(log);
  }

  /**
   * {@return the last lines of the verifier's log, at most 40, oldest first; empty if the verifier
   * rejected nothing}
   */
  public List<String> verifierLog() {
    return List.of(verifierLog);
  }
}
