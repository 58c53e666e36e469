package io.dropwatch.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropReason;
import io.dropwatch.output.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Output that stdout does not take is counted, told, and a failure, whatever the command. */
class LostOutputIT {
  private static final int EVENTS = 2000;

  private static final List<String> COMMANDS =
      List.of(
          "--help",
          "--version",
          "top --help",
          "top --once",
          "reasons",
          "replay RECORDING",
          "replay --output json RECORDING",
          "replay --output json --json-dialect huatuo RECORDING",
          "filter --help",
          "filter check tcp",
          "filter dump tcp",
          "filter dump -d tcp",
          "filter explain tcp --hex 00",
          "filter match tcp --hex 00");

  @TempDir private static Path folder = Path.of(".");
  private static Path recording = Path.of(".");

  @BeforeAll
  static void record() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      DropEvent event =
          DropEvent.builder()
              .time(Instant.ofEpochSecond(i))
              .reason(new DropReason(2, "SKB_DROP_REASON_NO_SOCKET"))
              .comm("worker " + i)
              .build();
      lines.append(JsonWriter.format(event)).append('\n');
    }
    recording = Files.writeString(folder.resolve("drops.ndjson"), lines);
  }

  static Stream<Arguments> losses() {
    return COMMANDS.stream()
        .flatMap(
            command ->
                Stream.of(
                    arguments(command, ">/dev/full", "No space left on device"),
                    arguments(
                        command,
                        ">&-",
                        "it is closed; to discard the output, redirect it to /dev/null")));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void command_stdoutTakesNothing_saysSoAndExits1(String command, String redirection, String why)
      throws Exception {
    RunningProgram.Outcome outcome = run(command, redirection);

    assertEquals(
        List.of("dropwatch: cannot write to stdout: " + why),
        outcome.err().stream().filter(line -> line.startsWith("dropwatch: cannot")).toList(),
        outcome::toString);
    assertEquals(1, outcome.status(), outcome::toString);
    if (command.startsWith("replay")) {
      assertTrue(
          outcome.err().getLast().matches(".* delivered=(\\d+) written=0 not_written=\\1"),
          outcome::toString);
    }
  }

  /** As for {@code | head -1}: what the reader does not want is not lost. */
  @ParameterizedTest
  @MethodSource("commands")
  void command_readerOfThePipeHasLeft_exits0(String command) throws Exception {
    RunningProgram.Outcome outcome =
        run("{ " + RunningProgram.LAUNCHER + " " + command + "; echo $? >&2; } | :");

    assertEquals("0", outcome.err().getLast(), outcome::toString);
    assertTrue(
        outcome.err().stream().noneMatch(line -> line.contains("cannot")), outcome::toString);
  }

  static Stream<String> commands() {
    return COMMANDS.stream();
  }

  @Test
  void replay_toAFullDisk_countsTheLinesInTheFile() throws Exception {
    for (String format : List.of("json", "text")) {
      String script =
          """
          mount -t tmpfs -o size=256k none %1$s
          s=0
          %2$s replay --output %3$s RECORDING > %1$s/out || s=$?
          tr -cd '\\n' < %1$s/out | wc -c
          exit $s
          """
              .formatted(
                  Files.createDirectories(folder.resolve("disk")), RunningProgram.LAUNCHER, format);
      RunningProgram.Outcome outcome = inOwnMountNamespace(script);

      MatchResult account =
          Pattern.compile(" delivered=(\\d+) written=(\\d+) not_written=(\\d+)$")
              .matcher(outcome.err().getLast())
              .results()
              .findFirst()
              .orElseThrow(() -> new AssertionError(outcome));
      int written = Integer.parseInt(account.group(2));
      assertEquals(Integer.toString(written), outcome.out().getLast(), outcome::toString);
      assertTrue(written > 100, outcome::toString);
      assertEquals(
          Integer.parseInt(account.group(1)), written + Integer.parseInt(account.group(3)));
      assertEquals(1, outcome.status());
    }
  }

  @Test
  void replay_allWritten_accountStaysAsItIs() throws Exception {
    RunningProgram.Outcome outcome = run("replay RECORDING", "");

    assertEquals(
        List.of(
            "seen=%1$d excluded=0 filtered=0 limited=0 lost=0 emitted=%1$d delivered=%1$d"
                .formatted(EVENTS)),
        outcome.err());
    assertEquals(EVENTS, outcome.out().size());
  }

  private static RunningProgram.Outcome run(String command, String redirection) throws Exception {
    return run("exec " + RunningProgram.LAUNCHER + " " + command + " " + redirection);
  }

  private static RunningProgram.Outcome run(String script) throws Exception {
    try (RunningProgram program =
        RunningProgram.command("sh", "-c", script.replace("RECORDING", recording.toString()))) {
      return program.awaitEnd();
    }
  }

  private static RunningProgram.Outcome inOwnMountNamespace(String script) throws Exception {
    try (RunningProgram program =
        RunningProgram.command(
            "unshare", "--mount", "sh", "-ec", script.replace("RECORDING", recording.toString()))) {
      return program.awaitEnd();
    }
  }
}
