package io.dropwatch.examples.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The limit of open files of this process: RLIMIT_NOFILE of getrlimit(2).
 *
 * @param soft the limit in force
 * @param hard the maximum of the soft limit
 */
record OpenFiles(long soft, long hard) {
  private static final int RLIMIT_NOFILE = 7;
  private static final FunctionDescriptor CALL = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle GET = function("getrlimit");
  private static final MethodHandle SET = function("setrlimit");

  private static MethodHandle function(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), CALL);
  }

  /** Sets the soft limit and returns the limits before. */
  static OpenFiles limit(long soft) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(JAVA_LONG, 2);
      call(GET, limits);
      OpenFiles before =
          new OpenFiles(limits.getAtIndex(JAVA_LONG, 0), limits.getAtIndex(JAVA_LONG, 1));
      new OpenFiles(soft, before.hard).restore();
      return before;
    }
  }

  /** Sets both limits. */
  void restore() {
    try (Arena arena = Arena.ofConfined()) {
      call(SET, arena.allocateFrom(JAVA_LONG, soft, hard));
    }
  }

  private static void call(MethodHandle function, MemorySegment limits) {
    int result;
    try {
      result = (int) function.invokeExact(RLIMIT_NOFILE, limits);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (result != 0) {
      throw new IllegalStateException("the limit of open files cannot be asked or set");
    }
  }
}
