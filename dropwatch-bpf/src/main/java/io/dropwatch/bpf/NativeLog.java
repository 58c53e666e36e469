package io.dropwatch.bpf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines that libbpf logs during one operation.
 *
 * <p>libbpf has one print callback for the process and calls it on the calling thread, so a
 * thread-local list separates the operations. Lines outside of an operation are dropped.
 */
final class NativeLog {
  private static final ThreadLocal<@Nullable NativeLog> CURRENT = new ThreadLocal<>();
  private static final int MAX_LINES = 200;

  /** The reason is at the end of a log of up to 16 MiB. */
  private static final int MAX_VERIFIER_LINES = 40;

  private final List<String> libbpf = new ArrayList<>();
  private List<String> verifier = List.of();

  private final @Nullable NativeLog outer;

  private NativeLog(@Nullable NativeLog outer) {
    this.outer = outer;
  }

  /** Starts collecting on this thread. Operations nest. */
  static NativeLog begin() {
    NativeLog log = new NativeLog(CURRENT.get());
    CURRENT.set(log);
    return log;
  }

  /** Stops collecting. */
  Lines end() {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
    return new Lines(List.copyOf(libbpf), verifier);
  }

  /** Whether this thread is inside an operation. */
  static boolean isCollecting() {
    return CURRENT.get() != null;
  }

  /** Receives the text of one call of the print callback, which may be many lines. */
  static void print(String text) {
    NativeLog log = CURRENT.get();
    if (log != null) {
      log.add(text);
    }
  }

  // The verifier's log is one call: "prog 'x': -- BEGIN PROG LOAD LOG --\n…\n-- END PROG LOAD LOG
  // --"
  private void add(String text) {
    int begin = text.indexOf("-- BEGIN PROG LOAD LOG --");
    if (begin >= 0) {
      int newline = text.indexOf('\n', begin);
      int start = newline < 0 ? text.length() : newline + 1;
      int end = text.lastIndexOf("-- END PROG LOAD LOG --");
      List<String> lines =
          text.substring(start, end < start ? text.length() : end)
              .lines()
              .filter(line -> !line.isBlank())
              .toList();
      verifier =
          List.copyOf(lines.subList(Math.max(0, lines.size() - MAX_VERIFIER_LINES), lines.size()));
      return;
    }
    for (String line : text.lines().toList()) {
      if (libbpf.size() < MAX_LINES && !line.isBlank()) {
        libbpf.add(line.startsWith("libbpf: ") ? line.substring(8) : line);
      }
    }
  }

  /**
   * The log of one operation.
   *
   * @param libbpf the lines of libbpf, without the prefix {@code libbpf: }
   * @param verifier the last lines of the verifier's log
   */
  record Lines(List<String> libbpf, List<String> verifier) {
    static final Lines NONE = new Lines(List.of(), List.of());

    /**
     * {@return the verdict of the verifier, or else the first line of libbpf; null without either}
     * Lines of libbpf that guess at RLIMIT_MEMLOCK are left out: since Linux 5.11 it does not
     * count.
     */
    @Nullable String summary() {
      for (String line : verifier.reversed()) {
        if (!isStatistics(line)) {
          return "the verifier says: " + line.strip();
        }
      }
      return libbpf.stream()
          .filter(line -> !line.contains("RLIMIT_MEMLOCK"))
          .findFirst()
          .map(line -> "libbpf says: " + line.strip())
          .orElse(null);
    }

    private static boolean isStatistics(String line) {
      return line.startsWith("processed ")
          || line.startsWith("verification time ")
          || line.startsWith("stack depth ");
    }
  }
}
