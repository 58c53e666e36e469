package io.dropwatch.examples.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Creates temporary network namespaces and removes them on {@link #close()}, and when the JVM ends
 * by SIGINT or SIGTERM. {@link #open()} removes those that a killed JVM left behind. Thread-safe.
 * Needs root.
 */
public final class Testbed implements AutoCloseable {
  /** {@code dw-<pid>-<number of the testbed>-<role>}. */
  private static final Pattern NAME = Pattern.compile("dw-(\\d+)-\\d+-\\w+");

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final int number = COUNTER.incrementAndGet();
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  private final Thread atExit = Thread.ofPlatform().name("testbed").unstarted(this::removeAll);

  private Testbed() {
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Opens a testbed without namespaces. */
  public static Testbed open() {
    removeStaleNamespaces();
    return new Testbed();
  }

  /**
   * Creates a namespace that sends no packets by itself: without link-local addresses, router
   * solicitations and duplicate address detection. Its loopback device is up.
   */
  public synchronized Namespace namespace(String role) {
    String name = "dw-%d-%d-%s".formatted(ProcessHandle.current().pid(), number, role);
    ExternalCommand.run("ip", "netns", "add", name);
    resources.push(() -> ExternalCommand.run("ip", "netns", "delete", name));
    Namespace namespace = new Namespace(name, role);
    namespace.call(
        () -> {
          for (String scope : List.of("all", "default")) {
            for (String setting :
                List.of(
                    "accept_ra=0",
                    "autoconf=0",
                    "accept_dad=0",
                    "router_solicitations=0",
                    "addr_gen_mode=1")) {
              String[] keyValue = setting.split("=", 2);
              Files.writeString(
                  Path.of("/proc/sys/net/ipv6/conf", scope, keyValue[0]), keyValue[1]);
            }
          }
          return "done";
        });
    namespace.ip("link set lo up");
    return namespace;
  }

  /** Registers a resource that is closed with the testbed, last registered first. */
  public synchronized <T extends AutoCloseable> T keep(T resource) {
    resources.push(resource);
    return resource;
  }

  /**
   * Removes all namespaces and resources, last created first. Continues after a failure and throws
   * the first one at the end.
   */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is ending and runs the hook as well; the second run finds nothing left.
    }
    removeAll();
  }

  private synchronized void removeAll() {
    TestbedException failure = null;
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure =
              new TestbedException("cannot remove the testbed completely: " + e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static void removeStaleNamespaces() {
    if (!Files.isDirectory(Namespace.DIRECTORY)) {
      return;
    }
    try (Stream<Path> names = Files.list(Namespace.DIRECTORY)) {
      names
          .map(path -> path.getFileName().toString())
          .filter(Testbed::isStale)
          .forEach(name -> ExternalCommand.run("ip", "netns", "delete", name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isStale(String name) {
    var matcher = NAME.matcher(name);
    return matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty();
  }
}
