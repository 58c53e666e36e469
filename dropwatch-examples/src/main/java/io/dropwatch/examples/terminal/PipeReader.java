package io.dropwatch.examples.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Asks poll(2) whether anybody still reads the other end of a pipe or socket. */
public final class PipeReader {
  private static final short POLLERR = 8;

  private static final MethodHandle POLL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("poll"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private PipeReader() {}

  /**
   * True when nobody can read what would be written; false for files, terminals and pipes with a
   * reader.
   */
  public static boolean hasLeft(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      // struct pollfd: int fd; short events (none asked for: POLLERR always comes); short revents.
      MemorySegment pollfd = arena.allocate(8, 4);
      pollfd.set(JAVA_INT, 0, fd);
      int ready = (int) POLL.invokeExact(pollfd, 1L, 0);
      return ready > 0 && (pollfd.get(JAVA_SHORT, 6) & POLLERR) != 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("poll throws nothing", e);
    }
  }
}
