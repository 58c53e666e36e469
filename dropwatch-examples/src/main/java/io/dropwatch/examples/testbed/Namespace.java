package io.dropwatch.examples.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A network namespace of the testbed.
 *
 * @param name file name under {@code /run/netns}
 * @param role one word, such as {@code router}
 */
public record Namespace(String name, String role) {
  static final Path DIRECTORY = Path.of("/run/netns");

  /** Returns the inode number, by which drop events identify the namespace. */
  public long inum() {
    try {
      return (long) Files.getAttribute(DIRECTORY.resolve(name), "unix:ino");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the ifindex of a device. */
  public int ifindex(String device) {
    return call(() -> LinuxCalls.ifindex(device));
  }

  /**
   * Runs {@code work} on a new thread inside this namespace and waits for it. Sockets and child
   * processes that it opens stay in the namespace after the thread ends.
   *
   * @throws TestbedException if the namespace cannot be entered or the work throws a checked
   *     exception; an unchecked one is rethrown
   */
  public <T> T call(Callable<T> work) {
    var task =
        new FutureTask<>(
            () -> {
              LinuxCalls.enterNetworkNamespace(DIRECTORY.resolve(name).toString());
              return work.call();
            });
    // setns changes the kernel thread for good, so this thread is not reused.
    Thread.ofPlatform().name("in " + name).daemon().start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestbedException("interrupted while working in namespace " + name, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      throw new TestbedException("in namespace " + name + ": " + e.getCause(), e);
    }
  }

  /** Writes a file of {@code /proc/sys/net}, which each thread sees for its own namespace. */
  public void sysctl(String key, Object value) {
    call(() -> Files.writeString(Path.of("/proc/sys/net", key), value.toString()));
  }

  /** Reads a file of {@code /proc/net}, such as {@code snmp}. */
  public String procNet(String file) {
    return call(() -> Files.readString(Path.of("/proc/thread-self/net", file)));
  }

  /** Runs lines of {@code ip -batch}. */
  public void ip(String lines) {
    ExternalCommand.run(List.of("ip", "-n", name, "-batch", "-"), lines);
  }

  /** Runs lines of {@code tc -batch}. */
  public void tc(String lines) {
    ExternalCommand.run(List.of("tc", "-n", name, "-batch", "-"), lines);
  }

  /** Loads an nftables script. */
  public void nft(String script) {
    ExternalCommand.run(List.of("ip", "netns", "exec", name, "nft", "-f", "-"), script);
  }

  /** Returns the nftables rules with their counters. */
  public String nftRules() {
    return ExternalCommand.run("ip", "netns", "exec", name, "nft", "list", "ruleset");
  }
}
