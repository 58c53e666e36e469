package io.dropwatch.benchmarks.goals;

import io.dropwatch.benchmarks.live.Memory;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@link Memory} in a process of its own, whose heap does not grow.
 *
 * @param grownKibibytes resident memory since all was warm
 * @param account of the watcher
 */
record MemoryRun(long grownKibibytes, String account) {
  /** What pages of files, code compiled late and a thread's stack may come to. */
  static final long NOISE_KIBIBYTES = 1024;

  private static final Pattern GROWN = Pattern.compile("^grown +(-?\\d+) ");

  static MemoryRun of(String minutes) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xms160m",
                "-Xmx160m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path", ""),
                Memory.class.getName(),
                minutes)
            .redirectError(Redirect.INHERIT)
            .start();
    List<String> lines;
    try (BufferedReader out = process.inputReader()) {
      lines = out.lines().toList();
    }
    if (process.waitFor() != 0) {
      throw new IOException("measuring memory failed: " + lines);
    }
    for (String line : lines) {
      Matcher grown = GROWN.matcher(line);
      if (grown.find()) {
        return new MemoryRun(Long.parseLong(grown.group(1)), lines.getLast());
      }
    }
    throw new IOException("no line says what has grown: " + lines);
  }
}
