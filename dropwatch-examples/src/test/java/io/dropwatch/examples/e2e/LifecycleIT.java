package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.model.DropStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Watchers start, end in every way, and leave no open BPF objects in this process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifecycleIT {
  private final RoutedNetwork network = RoutedNetwork.open();

  @BeforeAll
  void prepare() {
    Scenario.NFTABLES_OUTPUT.prepare(network);
  }

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  @BeforeEach
  void assertNothingIsOpen() throws Exception {
    assertEquals(List.of(), openBpfObjects());
  }

  @Test
  void close_releasesProgramsMapsAndLinks() throws Exception {
    DropWatcher watcher = DropWatcher.builder().onEvent(event -> {}).start();
    try (watcher) {
      assertNotEquals(List.of(), openBpfObjects());
    }
    assertEquals(List.of(), openBpfObjects());
    watcher.close();
  }

  @Test
  void close_fromTheListener() throws Exception {
    AtomicReference<DropWatcher> self = new AtomicReference<>();
    DropWatcher watcher =
        DropWatcher.builder()
            .filter(Scenario.UDP_PORT_CLOSED.filter())
            .onEvent(event -> self.get().close())
            .start();
    try (watcher) {
      self.set(watcher);
      Scenario.UDP_PORT_CLOSED.send(network, 1);
      assertTrue(watcher.awaitClose(Duration.ofSeconds(10)));
    }
    assertEquals(List.of(), openBpfObjects());
  }

  @Test
  void close_fromAnotherThread() throws Exception {
    DropWatcher watcher = DropWatcher.builder().onEvent(event -> {}).start();
    try (watcher) {
      Thread closer = Thread.ofPlatform().start(watcher::close);
      assertTrue(watcher.awaitClose(Duration.ofSeconds(10)));
      closer.join();
    }
  }

  @Test
  void awaitClose_timeout_returnsFalse() throws Exception {
    try (DropWatcher watcher = DropWatcher.builder().onEvent(event -> {}).start()) {
      assertEquals(false, watcher.awaitClose(Duration.ofMillis(10)));
    }
  }

  @Test
  void statistics_beforeAndAfterClose() throws Exception {
    EventLog log = new EventLog();
    DropWatcher watcher =
        DropWatcher.builder().filter(Scenario.UDP_PORT_CLOSED.filter()).onEvent(log).start();
    try (watcher) {
      Scenario.UDP_PORT_CLOSED.send(network, 5);
      log.await(5);
      assertEquals(5, watcher.statistics().delivered());
    }
    DropStatistics last = watcher.statistics();
    assertEquals(5, last.delivered());
    Scenario.UDP_PORT_CLOSED.send(network, 5);
    assertEquals(last, watcher.statistics());
  }

  @Test
  void close_deliversEarlierDrops() {
    EventLog log = new EventLog();
    DropWatcher watcher =
        DropWatcher.builder()
            .filter(Scenario.NFTABLES_OUTPUT.filter())
            // The longest latency, so that close() drains the ring.
            .maxLatency(Duration.ofMillis(100))
            .onEvent(log)
            .start();
    try (watcher) {
      // The kernel drops the packet before send returns.
      Scenario.NFTABLES_OUTPUT.send(network, 10);
    }
    assertEquals(10, log.events().size(), watcher.statistics()::toString);
  }

  @Test
  void comm_isThatOfTheSender() throws Exception {
    EventLog log = new EventLog();
    DropWatcher watcher =
        DropWatcher.builder().filter(Scenario.NFTABLES_OUTPUT.filter()).onEvent(log).start();
    try (watcher) {
      Scenario.NFTABLES_OUTPUT.send(network, 1);
      log.await(1);
    }
    DropEvent event = log.events().getFirst();
    assertEquals(ProcessHandle.current().pid(), event.pid());
    // The kernel keeps 15 bytes of a thread's name; the testbed's threads are called after the
    // namespace.
    assertEquals(("in " + network.client().name()).substring(0, 15), event.comm());
  }

  @Test
  void start_manyTimes() throws Exception {
    for (int i = 0; i < 5; i++) {
      DropWatcher.builder().onEvent(event -> {}).start().close();
    }
    assertEquals(List.of(), openBpfObjects());
  }

  /**
   * Returns the open BPF objects of this process, such as {@code anon_inode:bpf-prog}, and perf
   * events.
   */
  private static List<String> openBpfObjects() throws Exception {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors
          .map(LifecycleIT::target)
          .filter(target -> target.matches("anon_inode:(bpf|\\[?perf).*"))
          .toList();
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (Exception e) {
      return "closed meanwhile";
    }
  }
}
