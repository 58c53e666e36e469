package io.dropwatch.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.examples.cli.RunningProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DemoIT {
  private static final String LAUNCHER = Path.of("bin/demo").toAbsolutePath().toString();

  @Test
  void printsEveryStepAndRemovesItsNamespaces() throws Exception {
    try (RunningProgram program = RunningProgram.command(LAUNCHER)) {
      String prefix = "dw-" + program.pid() + "-";
      RunningProgram.Outcome outcome = program.awaitEnd();
      String page = String.join("\n", outcome.out());
      for (DemoStep step : DemoStep.ALL) {
        assertTrue(page.contains(step.scenario().description()), page);
        assertTrue(page.contains("SKB_DROP_REASON_" + step.scenario().drop().reason()), page);
        assertTrue(page.contains(step.scenario().drop().function() + "+0x"), page);
        assertTrue(page.contains(step.scenario().flow().toString()), page);
      }
      assertTrue(page.contains(" emitted=5 delivered=5"), page);
      // Not a terminal: no colours.
      assertTrue(page.chars().noneMatch(c -> c == 0x1b), page);
      assertEquals(List.of(), outcome.err());
      assertEquals(0, outcome.status());
      assertEquals(List.of(), namespaces(prefix));
    }
  }

  @Test
  void withoutRoot_printsOneLineAndExits1() throws Exception {
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
