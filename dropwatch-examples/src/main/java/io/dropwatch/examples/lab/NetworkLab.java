package io.dropwatch.examples.lab;

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
 * Owner of throw-away network namespaces: what it made is gone after {@link #close()}, and what an
 * earlier JVM that was killed left behind is gone after {@link #open()}.
 *
 * <p>A JVM that ends by SIGINT or SIGTERM closes it too. Thread-safe. Needs root.
 */
public final class NetworkLab implements AutoCloseable {
  /**
   * Ours are called {@code dw-<pid>-<counter>-<role>}: no two JVMs and no two labs share a name.
   */
  private static final Pattern OUR_NAME = Pattern.compile("dw-(\\d+)-\\d+-\\w+");

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final int number = COUNTER.incrementAndGet();
  private final Deque<AutoCloseable> made = new ArrayDeque<>();

  private final Thread atExit = Thread.ofPlatform().name("lab").unstarted(this::removeAll);

  private NetworkLab() {
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** An empty lab. */
  public static NetworkLab open() {
    removeLeftOvers();
    return new NetworkLab();
  }

  /**
   * A new namespace that says nothing by itself: no link-local addresses, no router solicitations,
   * no duplicate address detection. Its loopback is up.
   */
  public synchronized Namespace namespace(String role) {
    String name = "dw-%d-%d-%s".formatted(ProcessHandle.current().pid(), number, role);
    Command.run("ip", "netns", "add", name);
    made.push(() -> Command.run("ip", "netns", "delete", name));
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
          return "quiet";
        });
    namespace.ip("link set lo up");
    return namespace;
  }

  /** Closes {@code resource} with the lab, before what was made earlier. */
  public synchronized <T extends AutoCloseable> T keep(T resource) {
    made.push(resource);
    return resource;
  }

  /**
   * Removes everything, last made first; goes on after a failure and throws the first one at the
   * end.
   */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is ending; whoever comes second finds nothing left.
    }
    removeAll();
  }

  private synchronized void removeAll() {
    LabException failure = null;
    while (!made.isEmpty()) {
      try {
        made.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure =
              new LabException("the lab could not be removed completely: " + e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static void removeLeftOvers() {
    if (!Files.isDirectory(Namespace.DIRECTORY)) {
      return;
    }
    try (Stream<Path> names = Files.list(Namespace.DIRECTORY)) {
      names
          .map(path -> path.getFileName().toString())
          .filter(NetworkLab::isLeftOver)
          .forEach(name -> Command.run("ip", "netns", "delete", name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isLeftOver(String name) {
    var ours = OUR_NAME.matcher(name);
    return ours.matches() && ProcessHandle.of(Long.parseLong(ours.group(1))).isEmpty();
  }
}
