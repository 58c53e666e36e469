package io.dropwatch.bpf;

import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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
    return run(operation, call, Preflight::loadRemedy);
  }

  /**
   * Runs one native call whose failures have remedies of their own.
   *
   * @param remedy what the user can do, or null, by error
   */
  static long run(String operation, LongSupplier call, Function<Errno, @Nullable String> remedy) {
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
      boolean refused = !lines.verifier().isEmpty();
      throw new BpfException(
          operation,
          errno,
          lines,
          refused ? Preflight.refusalRemedy(lines.verifier()) : remedy.apply(errno));
    }
    return result;
  }
}
