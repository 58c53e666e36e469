package io.dropwatch.benchmarks.targets;

import io.dropwatch.benchmarks.live.MemoryGrowth;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@link MemoryGrowth} in its own process, with a heap of fixed size.
 *
 * @param grownKibibytes growth of the resident memory after the warm-up
 * @param account the statistics of the watcher
 */
record MemoryRun(long grownKibibytes, String account) {
  /** The size that file pages, late compiled code and thread stacks may add. */
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
                MemoryGrowth.class.getName(),
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
    throw new IOException("no line reports the growth: " + lines);
  }
}
