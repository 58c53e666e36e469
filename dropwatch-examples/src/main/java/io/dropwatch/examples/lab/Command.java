package io.dropwatch.examples.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One run of {@code ip}, {@code nft} or {@code tc}: it succeeds, or says what was run and how it
 * failed.
 */
final class Command {
  private Command() {}

  /** Runs a program to its end and returns what it printed to stdout. */
  static String run(String... command) {
    return run(List.of(command), "");
  }

  /** The same, with {@code input} on the program's stdin. */
  static String run(List<String> command, String input) {
    try {
      // Through files: a pipe that nobody reads would stop a program that says much on both.
      Path in = Files.createTempFile("dropwatch-lab", ".in");
      Path out = Files.createTempFile("dropwatch-lab", ".out");
      Path err = Files.createTempFile("dropwatch-lab", ".err");
      try {
        Files.writeString(in, input);
        int exit =
            new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        if (exit != 0) {
          throw failure(command, exit, Files.readString(err, UTF_8).strip(), input);
        }
        return Files.readString(out, UTF_8);
      } finally {
        Files.delete(in);
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new LabException(
          "cannot run `%s`: %s (install it: apt-get install iproute2 nftables)"
              .formatted(String.join(" ", command), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted in `" + String.join(" ", command) + "`", e);
    }
  }

  private static LabException failure(List<String> command, int exit, String said, String input) {
    boolean privileges = said.contains("not permitted") || said.contains("Permission denied");
    return new LabException(
        "`%s` ended with status %d: %s%s%s"
            .formatted(
                String.join(" ", command),
                exit,
                said,
                privileges ? "; namespaces need root" : "",
                input.isEmpty() ? "" : "\nIts input was:\n" + input));
  }
}
