package io.dropwatch.internal.watch;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of this library. Neither a logger of the application that throws, nor an exception of it
 * that cannot be printed, reaches the caller, who may be the reader.
 */
final class Log {
  private Log() {}

  static void warning(Supplier<String> message, @Nullable Throwable thrown) {
    try {
      System.getLogger("io.dropwatch").log(Level.WARNING, message.get(), thrown);
    } catch (Throwable e) {
      // There is nobody left to tell.
    }
  }
}
