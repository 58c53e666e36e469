package io.dropwatch;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * Watches real drops and looks at everything of an event but its layers and the names of its stack;
 * then at these. Prints after each which of the classes that work on them this JVM has ever loaded.
 */
final class LazinessMain {
  private static final int EVENTS = 100;

  /** Without them nothing is decoded. The symbols are read at the start. */
  private static final List<String> WORKERS = List.of("io.dropwatch.layers.Dissection");

  private static final LongAdder SUM = new LongAdder();

  private LazinessMain() {}

  public static void main(String[] args) throws Exception {
    int port = Loopback.closedPort();
    Set<DropEvent> events = new HashSet<>();
    CountDownLatch heard = new CountDownLatch(EVENTS);
    DropWatcher watcher =
        DropWatcher.builder()
            .filter("udp and dst host 127.0.0.1 and dst port " + port)
            // They look at the names of stacks.
            .noiseRules(List.of())
            .onEvent(
                event -> {
                  look(event);
                  events.add(event);
                  heard.countDown();
                })
            .start();
    try (watcher) {
      Loopback.sendUdp(port, EVENTS);
      heard.await();
    }
    System.out.println(events.size() + " events that nobody looks into: " + loaded());
    DropEvent event = events.iterator().next();
    System.out.println(event.layers().label() + ": " + loaded());
    System.out.println(event.stack().toString().contains("udp") + ": " + loaded());
  }

  // Keeping it in a set asks for its hash code, and compares it with others.
  private static void look(DropEvent event) {
    SUM.add(
        event.packet().length
            + event.packetLength()
            + event.pid()
            + event.stack().depth()
            + event.stack().address(0)
            + event.reason().name().length()
            + event.comm().length()
            + event.time().getEpochSecond()
            + event.owner().hashCode());
  }

  private static List<String> loaded() throws ReflectiveOperationException {
    Method find = ClassLoader.class.getDeclaredMethod("findLoadedClass", String.class);
    find.setAccessible(true);
    List<String> found = new ArrayList<>();
    for (String worker : WORKERS) {
      if (find.invoke(LazinessMain.class.getClassLoader(), worker) != null) {
        found.add(worker.substring(worker.lastIndexOf('.') + 1));
      }
    }
    return found;
  }
}
