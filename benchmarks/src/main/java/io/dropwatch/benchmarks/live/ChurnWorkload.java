package io.dropwatch.benchmarks.live;

import io.dropwatch.examples.testbed.ClosedPort;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Drops packets of short-lived owners: sockets, processes with new names, network namespaces and
 * cgroups that exist for a moment only.
 */
final class ChurnWorkload implements AutoCloseable {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final int SOCKETS = 50;

  private final ClosedPort port;
  private final AtomicLong count = new AtomicLong();

  ChurnWorkload() throws IOException {
    port = ClosedPort.open();
  }

  /** {@return the number of owners so far} */
  long count() {
    return count.get();
  }

  /** Drops packets of some new owners of each kind. */
  void drop() {
    try {
      for (int i = 0; i < SOCKETS; i++) {
        port.send(9, 1);
        count.incrementAndGet();
      }
      process();
      try (Testbed testbed = Testbed.open()) {
        Namespace namespace = testbed.namespace("n" + count.incrementAndGet());
        namespace.call(
            () -> {
              try (ClosedPort there = ClosedPort.open()) {
                there.send(9, 3);
              }
              return 0;
            });
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // bash can send datagrams without another program. It sets a new name for itself.
  private void process() throws IOException, InterruptedException {
    long number = count.incrementAndGet();
    Path cgroup = CGROUPS.resolve("dropwatch-" + ProcessHandle.current().pid() + "-" + number);
    boolean grouped = Files.exists(CGROUPS.resolve("cgroup.controllers"));
    String join = grouped ? "echo $$ >" + cgroup + "/cgroup.procs; " : "";
    if (grouped) {
      Files.createDirectory(cgroup);
    }
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                join
                    + "echo churn"
                    + number
                    + " >/proc/self/comm; echo hello >/dev/udp/127.0.0.1/"
                    + port.number())
            .inheritIO()
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("bash failed to send a datagram");
    }
    if (grouped) {
      Files.delete(cgroup);
    }
  }

  @Override
  public void close() {
    port.close();
  }
}
