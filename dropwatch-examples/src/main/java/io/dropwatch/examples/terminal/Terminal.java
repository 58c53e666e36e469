package io.dropwatch.examples.terminal;

import java.io.Console;
import java.util.Optional;

/** Stdout, if people read it. */
public final class Terminal {
  private Terminal() {}

  /** Whether stdout is a terminal. */
  public static boolean isTerminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /** Whether stdout is a terminal, and its user has not declined colours (see no-color.org). */
  public static boolean showsColours() {
    return isTerminal()
        && System.getenv("NO_COLOR") == null
        && !"dumb".equals(System.getenv("TERM"));
  }
}
