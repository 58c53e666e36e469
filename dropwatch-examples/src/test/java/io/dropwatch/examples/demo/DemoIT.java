package io.dropwatch.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.examples.cli.RunningProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The first thing that a newcomer runs. */
class DemoIT {
  private static final String LAUNCHER = Path.of("bin/demo").toAbsolutePath().toString();

  @Test
  void showsEveryActWithItsReasonAndCleansUp() throws Exception {
    try (RunningProgram program = RunningProgram.command(LAUNCHER)) {
      String ours = "dw-" + program.pid() + "-";
      RunningProgram.Outcome outcome = program.awaitEnd();
      String page = String.join("\n", outcome.out());
      for (Act act : Act.ALL) {
        assertTrue(page.contains(act.scenario().story()), page);
        assertTrue(page.contains("SKB_DROP_REASON_" + act.scenario().drop().reason()), page);
        assertTrue(page.contains(act.scenario().drop().function() + "+0x"), page);
        assertTrue(page.contains(act.scenario().flow().toString()), page);
      }
      assertTrue(page.contains(" emitted=5 delivered=5"), page);
      // Not a terminal: no colours.
      assertTrue(page.chars().noneMatch(c -> c == 0x1b), page);
      assertEquals(List.of(), outcome.err());
      assertEquals(0, outcome.status());
      assertEquals(List.of(), namespaces(ours));
    }
  }

  @Test
  void withoutRootItSaysSoOnOneLine() throws Exception {
    try (RunningProgram program =
        RunningProgram.command("setpriv", "--bounding-set=-all", "--inh-caps=-all", LAUNCHER)) {
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals(1, outcome.err().size(), outcome::toString);
      assertTrue(outcome.err().getFirst().matches("demo: .*root.*"), outcome::toString);
      assertEquals(1, outcome.status());
    }
  }

  private static List<String> namespaces(String prefix) throws Exception {
    try (Stream<Path> names = Files.list(Path.of("/run/netns"))) {
      return names
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .toList();
    }
  }
}
