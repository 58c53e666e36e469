package io.dropwatch.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Namespaces come, are entered by one thread at a time, and go. As root. */
class NetworkLabTest {
  @Test
  void everythingIsGoneAfterClose() {
    Namespace namespace;
    try (NetworkLab lab = NetworkLab.open()) {
      namespace = lab.namespace("gone");
      assertTrue(Files.exists(Namespace.DIRECTORY.resolve(namespace.name())));
    }
    assertFalse(Files.exists(Namespace.DIRECTORY.resolve(namespace.name())));
  }

  @Test
  void everythingIsGoneAfterSetupThatFailed() {
    NetworkLab lab = NetworkLab.open();
    Namespace namespace = lab.namespace("failed");
    LabException e = assertThrows(LabException.class, () -> namespace.ip("link set nosuch up\n"));
    assertSays("nosuch", e);
    lab.close();
    assertFalse(Files.exists(Namespace.DIRECTORY.resolve(namespace.name())));
  }

  @Test
  void closesTheOthersWhenOneFails() {
    NetworkLab lab = NetworkLab.open();
    Namespace namespace = lab.namespace("others");
    lab.keep(
        () -> {
          throw new IllegalStateException("will not go");
        });
    LabException e = assertThrows(LabException.class, lab::close);
    assertSays("will not go", e);
    assertFalse(Files.exists(Namespace.DIRECTORY.resolve(namespace.name())));
  }

  @Test
  void leftOversOfDeadProcessesAreRemovedAndThoseOfTheLivingStay() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    String leftOver = "dw-%d-1-left".formatted(dead.pid());
    String ofTheLiving = "dw-1-1-kept";
    Command.run("ip", "netns", "add", leftOver);
    Command.run("ip", "netns", "add", ofTheLiving);
    try {
      NetworkLab.open().close();
      assertFalse(Files.exists(Namespace.DIRECTORY.resolve(leftOver)));
      assertTrue(Files.exists(Namespace.DIRECTORY.resolve(ofTheLiving)));
    } finally {
      Command.run("ip", "netns", "delete", ofTheLiving);
    }
  }

  @Test
  void onlyTheThreadOfTheCallIsInside() throws Exception {
    Path current = Path.of("/proc/thread-self/ns/net");
    try (NetworkLab lab = NetworkLab.open()) {
      Namespace namespace = lab.namespace("inside");
      long inside = (long) namespace.call(() -> Files.getAttribute(current, "unix:ino"));
      assertEquals(namespace.inode(), inside);
      assertNotEquals(namespace.inode(), Files.getAttribute(current, "unix:ino"));
      assertEquals(1, namespace.interfaceIndex("lo"));
    }
  }

  @Test
  void failedCommandsSayWhatWasRunAndWhatCameBack() {
    LabException failed = assertThrows(LabException.class, () -> Command.run("ip", "nosuch"));
    assertSays("`ip nosuch` ended with status ", failed);
    assertSays("Object \"nosuch\" is unknown", failed);
    LabException missing = assertThrows(LabException.class, () -> Command.run("nosuch-program"));
    assertSays("apt-get install", missing);
  }

  @Test
  void unknownDevicesAreNamed() {
    try (NetworkLab lab = NetworkLab.open()) {
      Namespace namespace = lab.namespace("device");
      LabException e =
          assertThrows(LabException.class, () -> PacketSocket.open(namespace, "nosuch0").close());
      assertSays("if_nametoindex nosuch0: No such device", e);
    }
  }

  private static void assertSays(String part, Throwable e) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(part), message);
  }
}
