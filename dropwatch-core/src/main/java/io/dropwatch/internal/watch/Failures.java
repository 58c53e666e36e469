package io.dropwatch.internal.watch;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of exceptions: those of a listener or a resolver must not end the watching of drops,
 * nor go unheard. They go to the application's handler; without one, or where it throws too, the
 * first is logged, and the number of all at the end. Thread-safe.
 */
final class Failures {
  private static final Logger LOGGER = System.getLogger("io.dropwatch");

  private final @Nullable Consumer<Throwable> handler;
  private final String who;
  private final String consequence;
  private long count;

  private Failures(@Nullable Consumer<Throwable> handler, String who, String consequence) {
    this.handler = handler;
    this.who = who;
    this.consequence = consequence;
  }

  /** Of a listener, and of records that cannot be read. */
  static Failures ofListener(@Nullable Consumer<Throwable> handler) {
    return new Failures(handler, "A listener of dropped packets", "it will get the next one");
  }

  /** Of whoever is asked for the owners of packets. */
  static Failures ofResolver(@Nullable Consumer<Throwable> handler) {
    return new Failures(
        handler, "The resolver of owners", "the event goes without, and it is asked again");
  }

  synchronized void report(Throwable failure) {
    count++;
    if (handler != null) {
      try {
        handler.accept(failure);
        return;
      } catch (Throwable handlerFailure) {
        failure.addSuppressed(handlerFailure);
      }
    }
    if (count == 1) {
      LOGGER.log(Level.WARNING, who + " failed; " + consequence, failure);
    }
  }

  synchronized void end() {
    if (count > 1 && handler == null) {
      LOGGER.log(Level.WARNING, who + " failed {0} times", count);
    }
  }
}
