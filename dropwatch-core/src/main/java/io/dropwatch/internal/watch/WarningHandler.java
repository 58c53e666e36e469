package io.dropwatch.internal.watch;

import io.dropwatch.model.DropWarning;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes warnings to the application's handler, and logs them without one. A warning comes on the
 * thread that first reads a stack, which may be one of the application's: what the handler throws
 * goes no further, and the warning is logged then.
 *
 * @param handler null: log
 * @param log gets the text of a warning
 */
record WarningHandler(@Nullable Consumer<DropWarning> handler, Consumer<String> log)
    implements Consumer<DropWarning> {
  WarningHandler(@Nullable Consumer<DropWarning> handler) {
    this(handler, text -> Log.warning(() -> text, null));
  }

  @Override
  public void accept(DropWarning warning) {
    if (handler == null) {
      log.accept(warning.message());
      return;
    }
    try {
      handler.accept(warning);
    } catch (Throwable e) {
      log.accept(warning + " (the handler of warnings failed: " + description(e) + ")");
    }
  }

  private static String description(Throwable e) {
    try {
      return e.toString();
    } catch (Throwable _) {
      return e.getClass().getName();
    }
  }

  /** Returns a consumer of texts, which become warnings with a code. */
  Consumer<String> of(DropWarning.Code code) {
    return text -> accept(DropWarning.of(code, text));
  }
}
