package io.dropwatch.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.examples.huatuo.FakeHuatuoDaemon;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Sends real drops to a fake daemon with {@code bin/dropwatch --output-storage}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StorageIT {
  private static final Scenario SCENARIO = Scenario.UDP_PORT_CLOSED;

  @TempDir private Path directory = Path.of(".");
  private final RoutedNetwork network = RoutedNetwork.open();

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  @Test
  void outputStorage_sendsEachDropAndTheEnd() throws Exception {
    Path socket = directory.resolve("events.sock");
    try (FakeHuatuoDaemon daemon = FakeHuatuoDaemon.reading(socket);
        RunningProgram program = program(socket)) {
      SCENARIO.send(network, 3);
      List<String> messages = daemon.awaitMessages(4);
      assertTrue(messages.getFirst().contains("taskID = \"task-9\""), messages.getFirst());
      for (String message : messages.subList(1, 4)) {
        assertTrue(message.contains("\\\"drop_reason\\\":\\\"SKB_DROP_REASON_NO_SOCKET"), message);
        assertTrue(message.contains("\\\"saddr\\\":\\\"192.0.2.1\\\""), message);
        assertTrue(message.contains("\\\"sport\\\":41001,\\\"dport\\\":7001"), message);
      }
      program.signal("TERM");
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals("(chunk = (flush = false, end = true))", daemon.awaitMessages(5).getLast());
      assertEquals(List.of(), outcome.out(), "--output is ignored");
      assertEquals("output-storage: accepted=3 sent=3 lost=0 reconnects=0", outcome.err().get(1));
      assertTrue(outcome.err().getLast().contains("emitted=3 delivered=3"), outcome::toString);
      assertEquals(0, outcome.status());
    }
  }

  @Test
  void outputStorage_daemonRestarts_losesNothing() throws Exception {
    Path socket = directory.resolve("restarts.sock");
    FakeHuatuoDaemon first = FakeHuatuoDaemon.reading(socket);
    try (RunningProgram program = program(socket)) {
      SCENARIO.send(network, 2);
      var _ = first.awaitMessages(3);
      first.close();
      SCENARIO.send(network, 2);
      try (FakeHuatuoDaemon second = FakeHuatuoDaemon.reading(socket)) {
        assertEquals(3, second.awaitMessages(3).size());
        program.signal("INT");
        RunningProgram.Outcome outcome = program.awaitEnd();
        assertTrue(
            outcome.err().contains("output-storage: accepted=4 sent=4 lost=0 reconnects=1"),
            outcome::toString);
        assertEquals(0, outcome.status());
      }
    } finally {
      first.close();
    }
  }

  @Test
  void outputStorage_daemonNeverReads_exits1AndSaysWhatIsUnconfirmed() throws Exception {
    Path socket = directory.resolve("stalled.sock");
    try (FakeHuatuoDaemon _ = FakeHuatuoDaemon.stalled(socket);
        RunningProgram program = program(socket)) {
      SCENARIO.send(network, 5);
      Thread.sleep(1000);
      program.signal("INT");
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertTrue(
          outcome
              .err()
              .contains("output-storage: accepted=5 sent=0 lost=0 reconnects=0 unconfirmed=5"),
          outcome::toString);
      assertTrue(outcome.err().getLast().contains(" delivered=5"), outcome::toString);
      assertEquals(1, outcome.status());
    }
  }

  private static RunningProgram program(Path socket) throws Exception {
    return RunningProgram.dropwatch(
            "--filter",
            SCENARIO.filter(),
            "--output",
            "json",
            "--output-storage",
            socket.toString(),
            "--task-id",
            "task-9")
        .awaitWatching();
  }
}
