package io.dropwatch.examples.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/** Runs the command line under a seccomp(2) filter that refuses bpf(2) with an errno. */
final class ForbiddenCall {
  private static final int PR_SET_SECCOMP = 22;
  private static final long SECCOMP_MODE_FILTER = 2;
  private static final int SECCOMP_RET_ALLOW = 0x7fff_0000;
  private static final int SECCOMP_RET_ERRNO = 0x5_0000;
  private static final int BPF = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;

  private ForbiddenCall() {}

  /** Arguments: the errno, then those of the command line. */
  public static void main(String[] args) throws Throwable {
    MethodHandle prctl =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    // seccomp_data.nr at 0: load it; is it bpf; refuse; allow.
    int[][] program = {
      {0x20, 0, 0, 0},
      {0x15, 0, 1, BPF},
      {0x06, 0, 0, SECCOMP_RET_ERRNO | Integer.parseInt(args[0])},
      {0x06, 0, 0, SECCOMP_RET_ALLOW}
    };
    Arena arena = Arena.global();
    MemorySegment instructions = arena.allocate(8L * program.length, 8);
    for (int i = 0; i < program.length; i++) {
      // struct sock_filter: u16 code, u8 jt, u8 jf, u32 k.
      instructions.set(JAVA_SHORT, 8L * i, (short) program[i][0]);
      instructions.set(JAVA_BYTE, 8L * i + 2, (byte) program[i][1]);
      instructions.set(JAVA_BYTE, 8L * i + 3, (byte) program[i][2]);
      instructions.set(JAVA_INT, 8L * i + 4, program[i][3]);
    }
    MemorySegment filter = arena.allocate(16, 8);
    filter.set(JAVA_SHORT, 0, (short) program.length);
    filter.set(ADDRESS, 8, instructions);
    int done = (int) prctl.invokeExact(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0L, 0L);
    if (done != 0) {
      throw new IllegalStateException("prctl(PR_SET_SECCOMP) failed; root may");
    }
    // The filter holds for this thread, which loads the probe.
    Main.main(Arrays.copyOfRange(args, 1, args.length));
  }
}
