package io.dropwatch.examples.top;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The terminal while the table is on it: its alternate screen, the cursor hidden, keys read one by
 * one. {@link #close} gives it back as it was. Thread-safe.
 *
 * <p>Its size and mode are stty(1)'s business; sequences are those of every terminal since the
 * VT100 (console_codes(4)).
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

  /** Takes the terminal, and calls {@code onQuit} when q or Ctrl-D is typed on stdin. */
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
      // No keys, then.
    }
  }

  /** Lines and columns now; 24 and 80 where nobody knows. */
  static int[] size() {
    String[] size = stty("size").strip().split(" ", -1);
    try {
      int rows = Integer.parseInt(size[0]);
      int columns = Integer.parseInt(size[1]);
      if (rows > 0 && columns > 0) {
        return new int[] {rows, columns};
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Below.
    }
    return new int[] {24, 80};
  }

  /** Shows a summary, titles and rows, as many as there is room for. */
  synchronized void show(String summary, List<String> table) {
    if (closed) {
      return;
    }
    int[] size = size();
    StringBuilder picture = new StringBuilder(HOME);
    picture.append(TopTable.cut(summary, size[1])).append(END_OF_LINE);
    picture.append(REVERSE).append(table.getFirst());
    picture.append(" ".repeat(Math.max(0, size[1] - table.getFirst().length())));
    picture.append(PLAIN).append("\r\n");
    table.stream()
        .skip(1)
        .limit(Math.max(0, size[0] - 3))
        .forEach(line -> picture.append(line).append(END_OF_LINE));
    out.print(picture.append(END_OF_SCREEN));
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

  /** What stty says of the controlling terminal; empty where there is none. */
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
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(1, TimeUnit.SECONDS) && process.exitValue() == 0 ? said : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
