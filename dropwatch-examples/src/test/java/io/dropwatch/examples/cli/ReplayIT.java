package io.dropwatch.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records and replays real drops with {@code bin/dropwatch}. */
class ReplayIT {
  private static final Scenario SCENARIO = Scenario.UDP_PORT_CLOSED;

  private static final String EVENT =
      "{\"observed_timestamp\":\"2026-08-04T01:02:03Z\",\"drop_reason\":\"NO_SOCKET\"}";

  @TempDir private Path folder = Path.of(".");

  private Path write(List<String> lines) throws IOException {
    return Files.write(folder.resolve("drops.ndjson"), lines, UTF_8);
  }

  private static RunningProgram.Outcome replay(String... arguments) throws Exception {
    try (RunningProgram program = RunningProgram.dropwatch(arguments)) {
      return program.awaitEnd();
    }
  }

  @Test
  void replay_printsTheRecordedEvents() throws Exception {
    List<String> recorded;
    try (RoutedNetwork network = RoutedNetwork.open();
        RunningProgram program =
            RunningProgram.dropwatch("--filter", SCENARIO.filter(), "--output", "json")
                .awaitWatching()) {
      SCENARIO.send(network, 5);
      recorded = program.awaitOut(5);
      program.signal("INT");
      assertEquals(0, program.awaitEnd().status());
    }
    String file = write(recorded).toString();

    String account = "seen=5 excluded=0 filtered=%d limited=0 lost=0 emitted=%d delivered=%d";
    assertEquals(
        new RunningProgram.Outcome(0, recorded, List.of(account.formatted(0, 5, 5))),
        replay("replay", "--output", "json", "--filter", SCENARIO.filter(), file));
    assertEquals(
        new RunningProgram.Outcome(0, List.of(), List.of(account.formatted(5, 0, 0))),
        replay("replay", "--output", "json", "--filter", "tcp", file));
    assertEquals(
        new RunningProgram.Outcome(
            0,
            List.of(),
            List.of(account.formatted(0, 0, 0) + " noise_in_kernel=5 noise[reason NO_SOCKET]=5")),
        replay("replay", "--exclude-reason", "NO_SOCKET", file));
  }

  @Test
  void replay_truncatedRecording_printsWholeEventsAndExits1() throws Exception {
    Path file = write(List.of(EVENT, "{\"comm\":"));

    RunningProgram.Outcome outcome = replay("replay", "--output", "json", file.toString());

    assertEquals(1, outcome.status());
    assertEquals(1, outcome.out().size());
    assertEquals(
        List.of(
            "seen=1 excluded=0 filtered=0 limited=0 lost=0 emitted=1 delivered=1",
            "dropwatch replay: "
                + file
                + ": line 3, column 1: the recording ends in the middle of an event"),
        outcome.err());
  }

  @Test
  void replay_compressedRecording_isReadOrNamed() throws Exception {
    Path file = write(List.of(EVENT, EVENT));
    for (String program : List.of("gzip", "zstd", "xz", "bzip2")) {
      String packed = file + "." + program;
      RunningProgram.Outcome outcome;
      try (RunningProgram replay =
          RunningProgram.command(
              "sh",
              "-c",
              program
                  + " -c "
                  + file
                  + " > "
                  + packed
                  + "; "
                  + RunningProgram.LAUNCHER
                  + " replay - < "
                  + packed)) {
        outcome = replay.awaitEnd();
      }
      assertEquals(
          program.equals("gzip")
              ? "seen=2 excluded=0 filtered=0 limited=0 lost=0 emitted=2 delivered=2"
              : "dropwatch replay: cannot read events: the recording is compressed with %1$s, which"
                      .formatted(program)
                  + " is not read; unpack it, as '%s -dc' does".formatted(program),
          outcome.err().getLast(),
          outcome::toString);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          1 | replay /nonexistent/drops.ndjson     | dropwatch replay: there is no file /nonexistent/drops.ndjson
          1 | replay /                             | dropwatch replay: cannot read the recording /: Is a directory
          2 | replay                               | dropwatch replay: Missing required parameter: '<file>' (see dropwatch replay --help)
          2 | replay --noise-rule x=( /dev/null    | dropwatch replay: --noise-rule: noise rule 'x': '(' is not an RE2 pattern: error parsing regexp: missing closing ): `(` (see dropwatch replay --help)
          """)
  void replay_invalidRecordingOrUsage_printsOneLine(int status, String arguments, String message)
      throws Exception {
    RunningProgram.Outcome outcome = replay(arguments.split(" "));

    assertEquals(status, outcome.status());
    assertEquals(message, outcome.err().getLast(), () -> outcome.err().toString());
    assertEquals(List.of(), outcome.out());
  }
}
