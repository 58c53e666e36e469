package io.dropwatch.internal.watch;

import java.util.function.Consumer;

/**
 * A handler of warnings whose exceptions reach nobody: a warning comes on whatever thread first
 * reads a stack, that of the ring or one of the application's. The warning is logged then.
 */
final class GuardedWarning implements Consumer<String> {
  private final Consumer<String> handler;
  private final Consumer<String> log;

  GuardedWarning(Consumer<String> handler, Consumer<String> log) {
    this.handler = handler;
    this.log = log;
  }

  @Override
  public void accept(String warning) {
    try {
      handler.accept(warning);
    } catch (Throwable e) {
      log.accept(warning + " (the handler of warnings failed: " + e + ")");
    }
  }
}
