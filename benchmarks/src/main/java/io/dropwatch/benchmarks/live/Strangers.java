package io.dropwatch.benchmarks.live;

import io.dropwatch.examples.testbed.ClosedPort;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Drops of whom nobody has seen before: a new socket each, a new process with a new name now and
 * then, and a network namespace and a cgroup that are gone again a moment later.
 */
final class Strangers implements AutoCloseable {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final int SOCKETS = 50;

  private final ClosedPort port;
  private final AtomicLong count = new AtomicLong();

  Strangers() throws IOException {
    port = ClosedPort.open();
  }

  /** How many there were. */
  long count() {
    return count.get();
  }

  /** Some of each kind. */
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

  // bash, as it can send datagrams by itself; called by a name of this process's own.
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
                    + "echo stranger"
                    + number
                    + " >/proc/self/comm; echo hello >/dev/udp/127.0.0.1/"
                    + port.number())
            .inheritIO()
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("bash cannot send");
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
