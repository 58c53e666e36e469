package io.dropwatch.bpf;

import java.util.function.Function;
import java.util.function.LongSupplier;

/** One operation on the kernel: runs it, collects what libbpf says, and throws what went wrong. */
final class Attempt {
  private Attempt() {}

  /**
   * Runs one native call.
   *
   * @param operation what it does, in words, beginning with "cannot"
   * @param call gives 0 or a positive result, or a negated errno
   * @return the result, not negative
   */
  static long run(String operation, LongSupplier call) {
    return run(operation, call, Preflight::loadCause);
  }

  /**
   * Runs one native call whose failures have causes of their own.
   *
   * @param cause gives the cause of an error
   */
  static long run(String operation, LongSupplier call, Function<Errno, Preflight.Cause> cause) {
    NativeLog log = NativeLog.begin();
    long result;
    NativeLog.Lines lines;
    try {
      result = call.getAsLong();
    } finally {
      lines = log.end();
    }
    if (result < 0) {
      Errno errno = Errno.of((int) result);
      boolean rejected = !lines.verifier().isEmpty();
      throw new BpfException(
          operation,
          errno,
          lines,
          rejected ? Preflight.verifierCause(lines.verifier()) : cause.apply(errno));
    }
    return result;
  }
}
