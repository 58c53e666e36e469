package io.dropwatch.examples.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs {@code ip}, {@code nft} or {@code tc}. A failure is a {@link TestbedException} with the
 * command and what it wrote to stderr.
 */
final class ExternalCommand {
  private ExternalCommand() {}

  /** Runs a program and returns its stdout. */
  static String run(String... command) {
    return run(List.of(command), "");
  }

  /** Runs a program with {@code input} on its stdin and returns its stdout. */
  static String run(List<String> command, String input) {
    try {
      // Files, not pipes: a program that fills a pipe blocks until it is read.
      Path in = Files.createTempFile("dropwatch-testbed", ".in");
      Path out = Files.createTempFile("dropwatch-testbed", ".out");
      Path err = Files.createTempFile("dropwatch-testbed", ".err");
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
      throw new TestbedException(
          "cannot run `%s`: %s; install it: apt-get install iproute2 nftables"
              .formatted(String.join(" ", command), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestbedException(
          "interrupted while running `" + String.join(" ", command) + "`", e);
    }
  }

  private static TestbedException failure(
      List<String> command, int exit, String stderr, String input) {
    boolean privileges = stderr.contains("not permitted") || stderr.contains("Permission denied");
    return new TestbedException(
        "`%s` failed with status %d: %s%s%s"
            .formatted(
                String.join(" ", command),
                exit,
                stderr,
                privileges ? "; run as root" : "",
                input.isEmpty() ? "" : "\nInput:\n" + input));
  }
}
