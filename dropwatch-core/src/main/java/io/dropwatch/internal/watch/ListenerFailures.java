package io.dropwatch.internal.watch;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of exceptions: a listener's must not end the watching of drops, nor go unheard. They
 * go to the application's handler; without one the first is logged, and the number of all at the
 * end. Thread-safe.
 */
final class ListenerFailures {
  private static final Logger LOGGER = System.getLogger("io.dropwatch");

  private final @Nullable Consumer<Throwable> handler;
  private long count;

  ListenerFailures(@Nullable Consumer<Throwable> handler) {
    this.handler = handler;
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
      LOGGER.log(
          Level.WARNING, "A listener of dropped packets failed; it will get the next one", failure);
    }
  }

  synchronized void end() {
    if (count > 1 && handler == null) {
      LOGGER.log(Level.WARNING, "Listeners of dropped packets failed {0} times", count);
    }
  }
}
