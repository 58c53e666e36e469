package io.dropwatch.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.output.JsonReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernel addresses are only in output that root alone can read, of real drops. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KernelAddressesIT {
  private static final Scenario SCENARIO = Scenario.UDP_PORT_CLOSED;
  private static final Pattern ADDRESS = Pattern.compile("0xffff[0-9a-f]{12}");

  @TempDir private static Path folder = Path.of(".");

  private final RoutedNetwork network = RoutedNetwork.open();

  @BeforeAll
  void record() throws Exception {
    assertTrue(hasAddresses(watch("always", "umask 022", "recording")));
  }

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  private Path watch(String addresses, String setup, String name) throws Exception {
    Path file = folder.resolve(name);
    String script =
        "%s; exec %s --filter '%s' --output json --kernel-addresses %s > %s"
            .formatted(setup, RunningProgram.LAUNCHER, SCENARIO.filter(), addresses, file);
    try (RunningProgram program =
        RunningProgram.command("env", "--default-signal=INT", "sh", "-c", script).awaitWatching()) {
      SCENARIO.send(network, 3);
      while (Files.readAllLines(file).size() < 3) {
        Thread.sleep(20);
        assertTrue(program.isRunning());
      }
      program.signal("INT");
      assertEquals(0, program.awaitEnd().status());
    }
    return file;
  }

  private static boolean hasAddresses(Path file) throws Exception {
    return ADDRESS.matcher(Files.readString(file)).find();
  }

  private static List<DropEvent> read(Path file) throws Exception {
    try (var reader = new JsonReader(Files.newInputStream(file));
        var events = reader.events()) {
      return events.toList();
    }
  }

  private static RunningProgram.Outcome sh(String script) throws Exception {
    try (RunningProgram program = RunningProgram.command("sh", "-c", script)) {
      return program.awaitEnd();
    }
  }

  @Test
  void watch_fileThatOthersCanRead_hasFunctionsWithoutAddresses() throws Exception {
    Path file = watch("auto", "umask 022", "shared");

    assertTrue(!hasAddresses(file), () -> "" + file);
    for (DropEvent event : read(file)) {
      assertEquals("__udp4_lib_rcv", event.locationFrame().symbol());
      assertNotNull(event.explanation());
      assertTrue(
          event.stack().toString().contains("ip_protocol_deliver_rcu\n"), event.stack()::toString);
      assertEquals(event, event.withoutKernelAddresses());
    }
  }

  @Test
  void watch_fileOfItsOwnerAlone_hasAddresses() throws Exception {
    assertTrue(hasAddresses(watch("auto", "umask 077", "own")));
  }

  /** The recording has addresses; what is written again follows the same rule. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      textBlock =
          """
          auto   @ umask 022 @        @ > FILE         @ false
          auto   @ umask 027 @        @ > FILE         @ false
          auto   @ umask 077 @        @ > FILE         @ true
          auto   @ umask 022 @        @ | cat > FILE @ true
          always @ umask 022 @        @ > FILE         @ true
          never  @ umask 077 @        @ > FILE         @ false
          never  @ umask 077 @        @ | cat > FILE @ false
          auto   @ umask 077 @ setpriv --reuid 65534 --clear-groups @ > FILE @ false
          always @ umask 077 @ setpriv --reuid 65534 --clear-groups @ > FILE @ true
          auto   @ umask 022; mkfifo FILE.fifo; cat FILE.fifo > FILE & @  @ > FILE.fifo @ false
          """)
  void replay_everyFormat_hasAddresses(
      String addresses, String setup, String prefix, String redirection, boolean expected)
      throws Exception {
    for (String format : List.of("text", "json", "json --json-dialect huatuo")) {
      Path file = Files.createTempDirectory(folder, "replay").resolve("out");
      String command =
          "%s; %s %s replay --output %s --kernel-addresses %s - < %s %s; wait"
              .formatted(
                  setup,
                  prefix == null ? "" : prefix,
                  RunningProgram.LAUNCHER,
                  format,
                  addresses,
                  folder.resolve("recording"),
                  redirection)
              .replace("&;", "&")
              .replace("FILE", file.toString());
      RunningProgram.Outcome outcome = sh(command);

      assertTrue(outcome.err().getLast().endsWith(" delivered=3"), outcome::toString);
      assertTrue(Files.size(file) > 500, command);
      assertEquals(expected, hasAddresses(file), command);
    }
  }

  @Test
  void replay_recordingWithoutAddresses_hasTheSameVerdicts() throws Exception {
    Path recording = folder.resolve("recording");
    Path without = folder.resolve("without");
    sh(
        "%s replay --output json --kernel-addresses never %s > %s"
            .formatted(RunningProgram.LAUNCHER, recording, without));

    assertEquals(
        read(recording).stream().map(DropEvent::withoutKernelAddresses).toList(), read(without));
    for (String rule :
        List.of(
            "--exclude-location __udp4_lib_rcv",
            "--exclude-location tcp_v4_rcv",
            "--noise-rule rcu=ip_protocol_deliver_rcu",
            "--noise-rule offset=__udp4_lib_rcv/\\\\+[0-9]+")) {
      String replay = RunningProgram.LAUNCHER + " replay " + rule + " ";
      List<String> account = sh(replay + recording + " > /dev/null").err();

      assertEquals(account, sh(replay + without + " > /dev/null").err(), rule);
      assertEquals(
          rule.contains("tcp"), account.getLast().endsWith(" delivered=3"), account::toString);
    }
  }
}
