package io.dropwatch.internal.watch;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Handles the exceptions of a listener or a resolver, which must neither end the watching nor be
 * lost. They go to the application's handler. Without one, or if it throws too, the first is
 * logged, and at the end the number of all. Thread-safe.
 */
final class Failures {
  private final @Nullable Consumer<Throwable> handler;
  private final String who;
  private final String consequence;
  // One call of the handler at a time, which may never return.
  private final ReentrantLock handling = new ReentrantLock();
  private long count;

  private Failures(@Nullable Consumer<Throwable> handler, String who, String consequence) {
    this.handler = handler;
    this.who = who;
    this.consequence = consequence;
  }

  /** Returns a handler for a listener, and for records that cannot be read. */
  static Failures ofListener(@Nullable Consumer<Throwable> handler) {
    return new Failures(handler, "A listener of dropped packets", "it will get the next one");
  }

  /** Returns a handler for an owner resolver. */
  static Failures ofResolver(@Nullable Consumer<Throwable> handler) {
    return new Failures(
        handler, "The resolver of owners", "the event goes without, and it is asked again");
  }

  void report(Throwable failure) {
    handling.lock();
    try {
      count++;
      if (!isHandled(failure) && count == 1) {
        Log.warning(() -> who + " failed; " + consequence, failure);
      }
    } finally {
      handling.unlock();
    }
  }

  /** Reports a listener that never returned; it may be the handler that does not. */
  void reportStuck(StuckListenerException stuck) {
    boolean handled = false;
    if (handling.tryLock()) {
      try {
        handled = isHandled(stuck);
      } finally {
        handling.unlock();
      }
    }
    if (!handled) {
      Log.warning(() -> who + " is left behind", stuck);
    }
  }

  private boolean isHandled(Throwable failure) {
    if (handler == null) {
      return false;
    }
    try {
      handler.accept(failure);
      return true;
    } catch (Throwable handlerFailure) {
      if (handlerFailure != failure) {
        failure.addSuppressed(handlerFailure);
      }
      return false;
    }
  }

  void end() {
    if (handler != null || !handling.tryLock()) {
      return;
    }
    try {
      if (count > 1) {
        Log.warning(() -> who + " failed " + count + " times", null);
      }
    } finally {
      handling.unlock();
    }
  }
}
