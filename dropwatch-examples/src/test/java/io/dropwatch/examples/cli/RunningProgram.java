package io.dropwatch.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs {@code bin/dropwatch} or another command and collects its output. */
public final class RunningProgram implements AutoCloseable {
  /** The module's directory, where Maven runs its tests. */
  public static final Path LAUNCHER = Path.of("bin/dropwatch").toAbsolutePath();

  /** The line on stderr after the probe is attached. */
  static final String WATCHING =
      "dropwatch: watching through a (BPF ring of \\d+ bytes for all CPUs|perf ring of \\d+ bytes"
          + " for each CPU)(, as this kernel has (one|no BPF ring))?; (hardware drops|no hardware"
          + " drops: ).*; Ctrl-C stops";

  private static final int TIMEOUT_SECONDS = 30;

  private final Process process;
  private final Lines out;
  private final Lines err;

  private RunningProgram(List<String> command) throws IOException {
    process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    out = new Lines(process.getInputStream());
    err = new Lines(process.getErrorStream());
  }

  /**
   * Runs the launcher. A background build ignores SIGINT, and under nohup SIGHUP; env restores the
   * defaults, which children inherit otherwise.
   */
  public static RunningProgram dropwatch(String... arguments) throws IOException {
    return command(
        Stream.concat(
                Stream.of("env", "--default-signal=INT,HUP", LAUNCHER.toString()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** Runs any command. */
  public static RunningProgram command(String... command) throws IOException {
    return new RunningProgram(List.of(command));
  }

  /** Waits until the probe is attached. */
  public RunningProgram awaitWatching() {
    err.await(1);
    if (err.now().size() != 1 || !err.now().getFirst().matches(WATCHING)) {
      fail("not watching: " + err.now());
    }
    return this;
  }

  /** Waits for this many lines on stdout. */
  public List<String> awaitOut(int lines) {
    out.await(lines);
    return out.now();
  }

  /** Waits for this many lines on stderr. */
  public List<String> awaitErr(int lines) {
    err.await(lines);
    return err.now();
  }

  /** Sends a signal by name, such as INT. */
  public void signal(String name) throws Exception {
    int status =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (status != 0) {
      fail("kill -" + name + " ended with " + status);
    }
  }

  /** Returns the process ID, which is that of the JVM: launchers exec it. */
  public long pid() {
    return process.pid();
  }

  /** Returns whether the process is alive. */
  public boolean isRunning() {
    return process.isAlive();
  }

  /** Waits until the process ends. */
  public Outcome awaitEnd() throws InterruptedException {
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      fail("still running; stderr: " + err.now());
    }
    return new Outcome(process.exitValue(), out.all(), err.all());
  }

  /**
   * Returns the IDs of the process's BPF objects, such as {@code prog_id 17}, from its descriptors.
   */
  public List<String> bpfObjects() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fdinfo"))) {
      return descriptors
          .flatMap(RunningProgram::lines)
          .filter(line -> line.matches("(prog|link|map)_id:.*"))
          .map(line -> line.replaceAll("[:\\s]+", " "))
          .distinct()
          .toList();
    }
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      return Stream.of();
    }
  }

  /** Kills the process if it is alive. */
  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Exit status and all lines of both streams. */
  public record Outcome(int status, List<String> out, List<String> err) {}

  private static final class Lines {
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    Lines(InputStream stream) {
      Thread.ofPlatform().daemon().start(() -> read(stream));
    }

    private void read(InputStream stream) {
      try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          add(line);
        }
      } catch (IOException e) {
        // The process was destroyed.
      }
      end();
    }

    private synchronized void add(String line) {
      lines.add(line);
      notifyAll();
    }

    private synchronized void end() {
      ended = true;
      notifyAll();
    }

    synchronized List<String> now() {
      return List.copyOf(lines);
    }

    synchronized List<String> all() {
      await(Integer.MAX_VALUE);
      return now();
    }

    /** Waits for this many lines, or the end of the stream. */
    synchronized void await(int count) {
      long deadline = System.nanoTime() + TIMEOUT_SECONDS * 1_000_000_000L;
      while (lines.size() < count && !ended) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          fail("timeout after " + lines.size() + " lines: " + lines);
        }
        try {
          wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }
}
