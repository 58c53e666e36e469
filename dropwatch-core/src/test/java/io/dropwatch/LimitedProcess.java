package io.dropwatch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.dropwatch.internal.probe.Eventually;
import io.dropwatch.model.RingKind;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/** What {@link LimitedProcessTest} runs in a process with fewer rights; prints what happens. */
final class LimitedProcess {
  private static final int DROPS = 50;

  private LimitedProcess() {}

  public static void main(String[] arguments) throws Throwable {
    RingKind ring = RingKind.valueOf(arguments[0]);
    int bytes = Integer.parseInt(arguments[1]);
    if (arguments.length > 2) {
      refusePerfEvents();
    }
    int port = Loopback.closedPort();
    try {
      DropWatcher watcher =
          DropWatcher.builder()
              .filter("udp and dst port " + port)
              .ring(ring)
              .ringBytesPerCpu(bytes)
              .onWarning(warning -> System.out.println("warning: " + warning))
              .onEvent(event -> event.stack().frames())
              .start();
      try (watcher) {
        System.out.println(watcher.probe());
        Loopback.sendUdp(port, DROPS);
        Eventually.until(() -> watcher.statistics().delivered() == DROPS);
      }
      System.out.println("delivered " + watcher.statistics().delivered());
    } catch (DropWatchException e) {
      System.out.println(e.code() + ": " + e.getMessage());
    }
  }

  /**
   * From now on perf_event_open(2) fails with EACCES in this process, as Debian's
   * kernel.perf_event_paranoid = 3 makes it: a seccomp filter for all threads.
   */
  private static void refusePerfEvents() throws Throwable {
    boolean arm = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).equals("aarch64");
    int perfEventOpen = arm ? 241 : 298;
    int seccomp = arm ? 277 : 317;
    Linker linker = Linker.nativeLinker();
    MethodHandle prctl =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("prctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
            Linker.Option.firstVariadicArg(1));
    try (Arena arena = Arena.ofConfined()) {
      // ld the number; jeq it: refuse with EACCES (13), else allow.
      int[][] code = {
        {0x20, 0, 0, 0},
        {0x15, 0, 1, perfEventOpen},
        {0x06, 0, 0, 0x00050000 | 13},
        {0x06, 0, 0, 0x7fff0000}
      };
      MemorySegment filter = arena.allocate(8L * code.length, 8);
      for (int i = 0; i < code.length; i++) {
        filter.set(JAVA_SHORT, 8L * i, (short) code[i][0]);
        filter.set(JAVA_BYTE, 8L * i + 2, (byte) code[i][1]);
        filter.set(JAVA_BYTE, 8L * i + 3, (byte) code[i][2]);
        filter.set(JAVA_INT, 8L * i + 4, code[i][3]);
      }
      MemorySegment program = arena.allocate(16, 8);
      program.set(JAVA_SHORT, 0, (short) code.length);
      program.set(ADDRESS, 8, filter);
      int noNewPrivileges = (int) prctl.invokeExact(38, 1L, 0L, 0L, 0L);
      // SECCOMP_SET_MODE_FILTER for all threads (TSYNC).
      long set = (long) syscall.invokeExact((long) seccomp, 1L, 1L, program);
      if (noNewPrivileges != 0 || set != 0) {
        throw new AssertionError("no seccomp filter here: " + noNewPrivileges + ", " + set);
      }
    }
  }
}
