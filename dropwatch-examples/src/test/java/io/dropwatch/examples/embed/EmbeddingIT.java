package io.dropwatch.examples.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.cli.RunningProgram;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.layers.IpAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddingIT {
  private final RoutedNetwork network = RoutedNetwork.open();

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  @Test
  void countByReason() throws Exception {
    try (RunningProgram program = java(CountByReason.class, "1", "src host 192.0.2.1")) {
      sendUntilEnded(program);
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals(0, outcome.status(), outcome::toString);
      assertTrue(
          outcome.out().getFirst().matches(" +[1-9]\\d*  SKB_DROP_REASON_NO_SOCKET"),
          outcome::toString);
    }
  }

  @Test
  void jsonToFile(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("drops.ndjson");
    try (RunningProgram program =
        java(JsonToFile.class, file.toString(), "1", Scenario.UDP_PORT_CLOSED.filter())) {
      sendUntilEnded(program);
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals(0, outcome.status(), outcome::toString);
      assertEquals(
          Collections.nCopies(outcome.out().size(), "IPv4/UDP SKB_DROP_REASON_NO_SOCKET"),
          outcome.out());
      assertTrue(!outcome.out().isEmpty());
    }
  }

  /** SubmissionPublisher blocks while a subscriber is slow, so no event is lost. */
  @Test
  void submissionPublisher_receivesEveryEvent() throws Exception {
    var received = new LinkedBlockingQueue<DropEvent>();
    CompletableFuture<Void> end;
    DropWatcher watcher;
    try (SubmissionPublisher<DropEvent> publisher = new SubmissionPublisher<>()) {
      end = publisher.consume(received::add);
      watcher =
          DropWatcher.builder()
              .filter(Scenario.UDP_PORT_CLOSED.filter())
              .onEvent(publisher::submit)
              .start();
      try (watcher) {
        Scenario.UDP_PORT_CLOSED.send(network, 1000);
      }
    }
    end.get(10, TimeUnit.SECONDS);

    assertEquals(1000, received.size());
    assertEquals(1000, watcher.statistics().delivered());
  }

  @Test
  void portScanDetector() throws Exception {
    var alarms = new LinkedBlockingQueue<IpAddress>();
    DropWatcher watcher =
        DropWatcher.builder()
            .filter("src host 192.0.2.1")
            .onEvent(new PortScanDetector(2, alarms::add))
            .start();
    try (watcher) {
      // Many packets to one port are a retrying client; two ports are a scan.
      Scenario.UDP_PORT_CLOSED.send(network, 100);
      Scenario.TCP_PORT_CLOSED.send(network, 1);
      assertEquals("192.0.2.1", String.valueOf(alarms.poll(10, TimeUnit.SECONDS)));
    }
    assertEquals(List.of(), List.copyOf(alarms));
  }

  /** Sends until the program ends, because it does not report that it has started. */
  private void sendUntilEnded(RunningProgram program) {
    while (program.isRunning()) {
      Scenario.UDP_PORT_CLOSED.send(network, 1);
    }
  }

  private static RunningProgram java(Class<?> program, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                "target/classes:target/lib/*",
                program.getName()));
    command.addAll(List.of(arguments));
    return RunningProgram.command(command.toArray(String[]::new));
  }
}
