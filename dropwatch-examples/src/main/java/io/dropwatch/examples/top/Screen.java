package io.dropwatch.examples.top;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The terminal in full-screen mode: alternate screen, hidden cursor, unbuffered keys. {@link
 * #close} restores it. Thread-safe.
 *
 * <p>Size and mode come from stty(1); the escape sequences are in console_codes(4).
 */
final class Screen implements AutoCloseable {
  private static final String ENTER = "\033[?1049h\033[?25l";
  private static final String LEAVE = "\033[?25h\033[?1049l";
  private static final String HOME = "\033[H";
  private static final String END_OF_LINE = "\033[K\r\n";
  private static final String END_OF_SCREEN = "\033[J";
  private static final String REVERSE = "\033[7m";
  private static final String PLAIN = "\033[0m";
  private static final File TERMINAL = new File("/dev/tty");

  private final PrintStream out;
  private final String modes;
  private boolean closed;

  /** Enters full-screen mode; {@code onQuit} runs when q or Ctrl-D is typed. */
  Screen(PrintStream out, Runnable onQuit) {
    this.out = out;
    modes = stty("-g").strip();
    if (!modes.isEmpty()) {
      var _ = stty("-icanon", "-echo", "min", "1");
      Thread.ofPlatform().name("keys").daemon().start(() -> awaitQuit(System.in, onQuit));
    }
    out.print(ENTER);
    out.flush();
  }

  private static void awaitQuit(InputStream keys, Runnable onQuit) {
    try {
      int key = keys.read();
      while (key >= 0) {
        if (key == 'q' || key == 'Q' || key == 4) {
          onQuit.run();
        }
        key = keys.read();
      }
    } catch (IOException e) {
      // Quit by signal only.
    }
  }

  /** Returns the lines and columns; 24 and 80 if unknown. */
  static int[] size() {
    String[] size = stty("size").strip().split(" ", -1);
    try {
      int rows = Integer.parseInt(size[0]);
      int columns = Integer.parseInt(size[1]);
      if (rows > 0 && columns > 0) {
        return new int[] {rows, columns};
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Unknown.
    }
    return new int[] {24, 80};
  }

  /** Shows a summary, titles, and as many rows as fit. */
  synchronized void show(String summary, List<String> table) {
    if (closed) {
      return;
    }
    int[] size = size();
    StringBuilder frame = new StringBuilder(HOME);
    frame.append(TopTable.cut(summary, size[1])).append(END_OF_LINE);
    frame.append(REVERSE).append(table.getFirst());
    frame.append(" ".repeat(Math.max(0, size[1] - table.getFirst().length())));
    frame.append(PLAIN).append("\r\n");
    table.stream()
        .skip(1)
        .limit(Math.max(0, size[0] - 3))
        .forEach(line -> frame.append(line).append(END_OF_LINE));
    out.print(frame.append(END_OF_SCREEN));
    out.flush();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    out.print(LEAVE);
    out.flush();
    if (!modes.isEmpty()) {
      var _ = stty(modes);
    }
  }

  /** Runs stty on the controlling terminal and returns its output; empty if there is none. */
  private static String stty(String... arguments) {
    try {
      String[] command = new String[arguments.length + 1];
      command[0] = "stty";
      System.arraycopy(arguments, 0, command, 1, arguments.length);
      Process process =
          new ProcessBuilder(command)
              .redirectInput(TERMINAL)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(1, TimeUnit.SECONDS) && process.exitValue() == 0 ? output : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
