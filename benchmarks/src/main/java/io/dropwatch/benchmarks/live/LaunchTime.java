package io.dropwatch.benchmarks.live;

import io.dropwatch.benchmarks.kernel.Measurement;
import io.dropwatch.examples.testbed.ClosedPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the time from the launch of the command line to the first event, while packets are
 * dropped all the time.
 *
 * <pre>benchmarks/bin/launch [times, 11 by default]</pre>
 */
public final class LaunchTime {
  private LaunchTime() {}

  /** Prints the times. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path launcher = Path.of(args[0]);
    int times = args.length > 1 ? Integer.parseInt(args[1]) : 11;
    List<Double> millis = millis(launcher, times);
    System.out.printf(
        "launch to first event, ms: median %.0f of %s%n",
        Measurement.median(millis), millis.stream().map(Math::round).toList());
  }

  /**
   * {@return the milliseconds of each launch}
   *
   * @param launcher the script dropwatch-examples/bin/dropwatch
   */
  public static List<Double> millis(Path launcher, int times)
      throws IOException, InterruptedException {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      millis.add(launch(launcher));
    }
    return millis;
  }

  private static double launch(Path launcher) throws IOException, InterruptedException {
    try (ClosedPort port = ClosedPort.open()) {
      return launch(launcher, port);
    }
  }

  private static double launch(Path launcher, ClosedPort port)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(launcher.toString(), "--filter", "udp and dst port " + port.number())
            .redirectError(Redirect.DISCARD)
            .start();
    Thread sender = Thread.ofPlatform().start(() -> send(port));
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      double millis = (System.nanoTime() - start) / 1e6;
      if (line == null || !line.contains(" reason=")) {
        throw new IOException(
            launcher + " printed no event, but " + line + ": run as root, after make build");
      }
      return millis;
    } finally {
      sender.interrupt();
      process.destroy();
      var _ = process.waitFor();
      sender.join();
    }
  }

  private static void send(ClosedPort port) {
    try {
      while (true) {
        port.send(9, 1);
        Thread.sleep(2);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
