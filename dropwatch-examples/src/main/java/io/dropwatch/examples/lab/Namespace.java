package io.dropwatch.examples.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * One network namespace of the lab, as `ip netns` knows it.
 *
 * @param name the name under {@code /run/netns}
 * @param role what it is in the network, in one word
 */
public record Namespace(String name, String role) {
  static final Path DIRECTORY = Path.of("/run/netns");

  /** The inode number that identifies the namespace, as drop events carry it. */
  public long inode() {
    try {
      return (long) Files.getAttribute(DIRECTORY.resolve(name), "unix:ino");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The index of a device of this namespace. */
  public int interfaceIndex(String device) {
    return call(() -> LinuxCalls.interfaceIndex(device));
  }

  /**
   * Runs {@code work} on a thread of its own inside this namespace and waits for it. What the work
   * opens there (sockets of the JDK, child processes) belongs to the namespace, also after the
   * thread has ended.
   *
   * @throws LabException when the namespace cannot be entered or the work throws a checked
   *     exception; unchecked ones pass through
   */
  public <T> T call(Callable<T> work) {
    var task =
        new FutureTask<>(
            () -> {
              LinuxCalls.enterNetworkNamespace(DIRECTORY.resolve(name).toString());
              return work.call();
            });
    // A platform thread that ends with its work: setns is per kernel thread, and there is no way
    // back.
    Thread.ofPlatform().name("in " + name).daemon().start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while working in " + name, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      throw new LabException("in namespace " + name + ": " + e.getCause(), e);
    }
  }

  /** Writes below {@code /proc/sys/net}, which shows each thread its own namespace. */
  public void sysctl(String key, Object value) {
    call(() -> Files.writeString(Path.of("/proc/sys/net", key), value.toString()));
  }

  /** Reads below {@code /proc/net} as seen inside, such as {@code snmp}. */
  public String procNet(String file) {
    return call(() -> Files.readString(Path.of("/proc/thread-self/net", file)));
  }

  /** Runs lines of {@code ip -batch}. */
  public void ip(String lines) {
    Command.run(List.of("ip", "-n", name, "-batch", "-"), lines);
  }

  /** Runs lines of {@code tc -batch}. */
  public void tc(String lines) {
    Command.run(List.of("tc", "-n", name, "-batch", "-"), lines);
  }

  /** Loads an nftables script. */
  public void nft(String script) {
    Command.run(List.of("ip", "netns", "exec", name, "nft", "-f", "-"), script);
  }

  /** The rules of this namespace, with their counters. */
  public String nftRules() {
    return Command.run("ip", "netns", "exec", name, "nft", "list", "ruleset");
  }
}
