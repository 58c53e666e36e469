package io.dropwatch.bpf;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What all native calls share: capturing errno, and turning a failure into a {@link BpfException}.
 *
 * <p>A call returns zero or a positive result, or a negated errno, as system calls do inside the
 * kernel.
 */
final class NativeCall {
  static final Linker LINKER = Linker.nativeLinker();
  static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
  static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private NativeCall() {}

  static MethodHandle capturing(MemorySegment function, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(function, descriptor, CAPTURE);
  }

  /** {@return the address, or a negated errno for NULL} */
  static long pointer(MemorySegment result, MemorySegment state) {
    return result.address() != 0 ? result.address() : -errno(state);
  }

  /** {@return the result, or a negated errno for -1} */
  static int result(int result, MemorySegment state) {
    return result >= 0 ? result : -errno(state);
  }

  /** {@return the captured errno, positive} */
  static int errno(MemorySegment state) {
    int errno = (int) ERRNO.get(state, 0L);
    return errno > 0 ? errno : Errno.EINVAL;
  }

  /** Rethrows what {@link MethodHandle#invokeExact} declares but no downcall throws. */
  static AssertionError unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    if (e instanceof RuntimeException exception) {
      throw exception;
    }
    return new AssertionError("a downcall throws no checked exception", e);
  }

  /**
   * Runs one call of libc, or of libbpf that logs nothing but what it returns.
   *
   * @param operation for the message, beginning with "cannot"
   * @return the result, not negative
   * @throws BpfException if the result is a negated errno
   */
  static long check(String operation, LongSupplier call) {
    return check(operation, call, Preflight::loadCause);
  }

  /**
   * Runs one call whose errors have causes of their own.
   *
   * @param cause of an errno
   */
  static long check(String operation, LongSupplier call, Function<Errno, Preflight.Cause> cause) {
    return checked(operation, call.getAsLong(), NativeLog.Lines.NONE, cause);
  }

  /** Runs one call and collects what libbpf logs meanwhile. Waits for other such calls. */
  static long logged(String operation, LongSupplier call) {
    return logged(operation, call, Preflight::loadCause);
  }

  /**
   * Runs one call whose errors have causes of their own, and collects what libbpf logs meanwhile.
   *
   * @param cause of an errno, unless the verifier logged one
   */
  static long logged(String operation, LongSupplier call, Function<Errno, Preflight.Cause> cause) {
    NativeLog log = NativeLog.begin();
    long result;
    NativeLog.Lines lines;
    try {
      result = PrintCallback.during(call);
    } finally {
      lines = log.end();
    }
    return checked(operation, result, lines, cause);
  }

  private static long checked(
      String operation,
      long result,
      NativeLog.Lines lines,
      Function<Errno, Preflight.Cause> cause) {
    if (result < 0) {
      Errno errno = Errno.of((int) result);
      throw new BpfException(
          operation,
          errno,
          lines,
          lines.verifier().isEmpty()
              ? cause.apply(errno)
              : Preflight.verifierCause(lines.verifier()));
    }
    return result;
  }
}
