package io.dropwatch.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The article's command-line reference, line by line. One line differs: {@code --bpf-path} is
 * required there, and here an object is built in.
 */
class FlagsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "(none)",
      textBlock =
          """
          --bpf-path;              <path>;      (none)
          --filter;                <expr>;      (none)
          --device;                <names>;     (none)
          --device-excluded;       <names>;     (none)
          --duration;              <n>;         0
          --output;                <json|text>; text
          --output-storage;        <path>;      (none)
          --task-id;               <id>;        (none)
          --max-events-per-second; <n>;         0
          """)
  void everyFlagWithItsDefault(String name, String label, String defaultValue) {
    OptionSpec option = Main.commandLine().getCommandSpec().findOption(name);

    assertEquals(label, option.paramLabel());
    assertEquals(defaultValue, option.defaultValue());
    assertEquals(1, option.arity().min(), "takes a value");
    assertFalse(option.required());
  }

  @Test
  void theCommandsOfTheArticleAreUnderstood() {
    for (String[] arguments :
        new String[][] {
          {
            "--bpf-path",
            "bpf/dropwatch.o",
            "--filter",
            "tcp and port 8080",
            "--device",
            "eth0",
            "--duration",
            "60",
            "--output",
            "json"
          },
          {"--output", "json", "--duration", "10", "--bpf-path", "bpf/dropwatch.o"},
          {
            "--bpf-path",
            "bpf/dropwatch.o",
            "--output-storage",
            "/var/run/huatuo/events.sock",
            "--filter",
            "tcp"
          },
          {"--device", "eth0,eth1", "--task-id", "7", "--max-events-per-second", "100"}
        }) {
      assertTrue(Main.commandLine().parseArgs(arguments).unmatched().isEmpty());
    }
  }
}
