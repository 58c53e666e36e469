package io.dropwatch.examples.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.BufferedWriter;
import java.io.Console;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Standard output: what it is connected to, the one stream to it, and whether it took everything.
 */
public final class Stdout {
  private static final int FD = 1;
  private static final short POLLOUT = 4;
  private static final short POLLERR = 8;
  private static final int WAIT_MILLIS = 100;
  private static final StdoutStream STREAM = new StdoutStream();
  private static final AtomicBoolean REPORTED = new AtomicBoolean();

  private static final MethodHandle POLL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("poll"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private Stdout() {}

  /** Returns the stream, unbuffered. */
  public static StdoutStream stream() {
    return STREAM;
  }

  /** Returns a buffered writer that escapes what could steer a terminal. */
  public static PrintWriter writer() {
    return new PrintWriter(
        new EscapingWriter(
            new BufferedWriter(new OutputStreamWriter(STREAM, System.out.charset()))));
  }

  /**
   * Returns whether stdout took everything so far. Says on stderr, the first time, if it did not.
   * True also if the reader of a pipe left, as head(1) does.
   */
  public static boolean isComplete() {
    IOException failure = STREAM.failure();
    if (failure == null || isPipeClosed()) {
      return true;
    }
    if (!REPORTED.getAndSet(true)) {
      Stderr.println("dropwatch: cannot write to stdout: " + failure.getMessage());
    }
    return false;
  }

  /** Returns whether stdout is a terminal. */
  public static boolean isTerminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /** Returns whether stdout is a terminal that understands escape sequences, by TERM. */
  public static boolean isScreen() {
    return isTerminal() && !"dumb".equals(System.getenv("TERM"));
  }

  /** Returns whether stdout is a terminal whose user has not disabled colours (no-color.org). */
  public static boolean showsColours() {
    return isScreen() && System.getenv("NO_COLOR") == null;
  }

  /**
   * Returns whether stdout is a pipe or socket whose other end is closed, by poll(2). False for
   * files and terminals.
   */
  public static boolean isPipeClosed() {
    return (poll((short) 0, 0) & POLLERR) != 0;
  }

  /** Waits until stdout may take bytes, or a moment. */
  static void awaitRoom() {
    var _ = poll(POLLOUT, WAIT_MILLIS);
  }

  private static short poll(short events, int millis) {
    try (Arena arena = Arena.ofConfined()) {
      // struct pollfd: int fd; short events (POLLERR is always reported); short revents.
      MemorySegment pollfd = arena.allocate(8, 4);
      pollfd.set(JAVA_INT, 0, FD);
      pollfd.set(JAVA_SHORT, 4, events);
      int ready = (int) POLL.invokeExact(pollfd, 1L, millis);
      return ready > 0 ? pollfd.get(JAVA_SHORT, 6) : 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("poll throws nothing", e);
    }
  }
}
