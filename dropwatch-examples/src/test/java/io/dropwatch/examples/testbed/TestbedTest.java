package io.dropwatch.examples.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Needs root. */
@Tag("live")
class TestbedTest {
  @Test
  void close_removesNamespaces() {
    Namespace namespace;
    try (Testbed testbed = Testbed.open()) {
      namespace = testbed.namespace("gone");
      assertTrue(Files.exists(Namespace.DIRECTORY.resolve(namespace.name())));
    }
    assertFalse(Files.exists(Namespace.DIRECTORY.resolve(namespace.name())));
  }

  @Test
  void close_afterFailedSetup_removesNamespaces() {
    Testbed testbed = Testbed.open();
    Namespace namespace = testbed.namespace("failed");
    TestbedException e =
        assertThrows(TestbedException.class, () -> namespace.ip("link set nosuch up\n"));
    assertMessageContains("nosuch", e);
    testbed.close();
    assertFalse(Files.exists(Namespace.DIRECTORY.resolve(namespace.name())));
  }

  @Test
  void close_whenAResourceFails_closesTheOthers() {
    Testbed testbed = Testbed.open();
    Namespace namespace = testbed.namespace("others");
    testbed.keep(
        () -> {
          throw new IllegalStateException("cannot close");
        });
    TestbedException e = assertThrows(TestbedException.class, testbed::close);
    assertMessageContains("cannot close", e);
    assertFalse(Files.exists(Namespace.DIRECTORY.resolve(namespace.name())));
  }

  @Test
  void open_removesNamespacesOfDeadProcessesOnly() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    String stale = "dw-%d-1-stale".formatted(dead.pid());
    String inUse = "dw-1-1-used";
    ExternalCommand.run("ip", "netns", "add", stale);
    ExternalCommand.run("ip", "netns", "add", inUse);
    try {
      Testbed.open().close();
      assertFalse(Files.exists(Namespace.DIRECTORY.resolve(stale)));
      assertTrue(Files.exists(Namespace.DIRECTORY.resolve(inUse)));
    } finally {
      ExternalCommand.run("ip", "netns", "delete", inUse);
    }
  }

  @Test
  void call_runsInTheNamespace_andTheCallerStaysOutside() throws Exception {
    Path current = Path.of("/proc/thread-self/ns/net");
    try (Testbed testbed = Testbed.open()) {
      Namespace namespace = testbed.namespace("inside");
      long inside = (long) namespace.call(() -> Files.getAttribute(current, "unix:ino"));
      assertEquals(namespace.inum(), inside);
      assertNotEquals(namespace.inum(), Files.getAttribute(current, "unix:ino"));
      assertEquals(1, namespace.ifindex("lo"));
    }
  }

  @Test
  void run_failedCommand_namesCommandAndError() {
    TestbedException failed =
        assertThrows(TestbedException.class, () -> ExternalCommand.run("ip", "nosuch"));
    assertMessageContains("`ip nosuch` failed with status ", failed);
    assertMessageContains("Object \"nosuch\" is unknown", failed);
    TestbedException missing =
        assertThrows(TestbedException.class, () -> ExternalCommand.run("nosuch-program"));
    assertMessageContains("apt-get install", missing);
  }

  @Test
  void open_unknownDevice_namesIt() {
    try (Testbed testbed = Testbed.open()) {
      Namespace namespace = testbed.namespace("device");
      TestbedException e =
          assertThrows(
              TestbedException.class, () -> PacketSocket.open(namespace, "nosuch0").close());
      assertMessageContains("if_nametoindex nosuch0: No such device", e);
    }
  }

  private static void assertMessageContains(String part, Throwable e) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(part), message);
  }
}
