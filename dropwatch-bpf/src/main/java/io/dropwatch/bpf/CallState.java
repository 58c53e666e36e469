package io.dropwatch.bpf;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** Native calls that tell errno, and what they answer: a result, or a negated errno. */
final class CallState {
  static final Linker LINKER = Linker.nativeLinker();
  static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
  static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private CallState() {}

  static MethodHandle capturing(MemorySegment function, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(function, descriptor, CAPTURE);
  }

  static long pointer(MemorySegment result, MemorySegment state) {
    return result.address() != 0 ? result.address() : -failure(state);
  }

  static int status(int result, MemorySegment state) {
    return result >= 0 ? result : -failure(state);
  }

  /** {@return the errno, positive} */
  static int failure(MemorySegment state) {
    int errno = (int) ERRNO.get(state, 0L);
    return errno > 0 ? errno : Errno.EINVAL;
  }

  static AssertionError unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    if (e instanceof RuntimeException exception) {
      throw exception;
    }
    return new AssertionError("a downcall throws nothing checked", e);
  }
}
