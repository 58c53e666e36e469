package io.dropwatch.examples.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.Console;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** What standard output is connected to. */
public final class Stdout {
  private static final int FD = 1;
  private static final short POLLERR = 8;

  private static final MethodHandle POLL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("poll"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private Stdout() {}

  /** Returns whether stdout is a terminal. */
  public static boolean isTerminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /** Returns whether stdout is a terminal whose user has not disabled colours (no-color.org). */
  public static boolean showsColours() {
    return isTerminal()
        && System.getenv("NO_COLOR") == null
        && !"dumb".equals(System.getenv("TERM"));
  }

  /**
   * Returns whether stdout is a pipe or socket whose other end is closed, by poll(2). False for
   * files and terminals.
   */
  public static boolean isPipeClosed() {
    try (Arena arena = Arena.ofConfined()) {
      // struct pollfd: int fd; short events (none: POLLERR is always reported); short revents.
      MemorySegment pollfd = arena.allocate(8, 4);
      pollfd.set(JAVA_INT, 0, FD);
      int ready = (int) POLL.invokeExact(pollfd, 1L, 0);
      return ready > 0 && (pollfd.get(JAVA_SHORT, 6) & POLLERR) != 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("poll throws nothing", e);
    }
  }
}
