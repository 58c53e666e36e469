package io.dropwatch.examples.cli;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The names, parameters and defaults of the flags, which scripts rely on. */
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
  void mainFlags_areOptionalAndHaveAValue(String name, String label, String defaultValue) {
    OptionSpec option = Main.commandLine().getCommandSpec().findOption(name);

    assertEquals(label, option.paramLabel());
    assertEquals(defaultValue, option.defaultValue());
    assertEquals(1, option.arity().min());
    assertFalse(option.required());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--bpf-path o --filter tcp --device eth0 --duration 60 --output json",
        "--output json --duration 10 --bpf-path o",
        "--bpf-path o --output-storage /var/run/huatuo/events.sock --filter tcp",
        "--device eth0,eth1 --task-id 7 --max-events-per-second 100"
      })
  void mainFlags_canBeCombined(String arguments) {
    assertEquals(
        List.of(), Main.commandLine().parseArgs(arguments.split(" ", -1)).unmatched(), arguments);
  }

  @Test
  void readme_listsEveryFlagWithItsDefault() throws Exception {
    CommandLine root = Main.commandLine();
    Map<String, String> flags = flags(root);
    flags.putAll(flags(requireNonNull(root.getSubcommands().get("top"))));
    Map<String, String> listed =
        Pattern.compile("(?m)^\\| `(--[^`]+)` \\| (.+?) \\|")
            .matcher(Files.readString(Path.of("README.md")))
            .results()
            .collect(
                Collectors.toMap(
                    row -> cell(row, 1), row -> cell(row, 2), (first, _) -> first, TreeMap::new));

    assertEquals(flags, listed);
  }

  private static String cell(MatchResult row, int group) {
    return row.group(group).replace("\\|", "|");
  }

  private static Map<String, String> flags(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp())
        .collect(
            Collectors.toMap(
                option ->
                    (option.longestName()
                            + " "
                            + (option.arity().max() > 0 ? option.paramLabel() : ""))
                        .strip(),
                option -> String.valueOf(option.defaultValue()).replace("null", "none"),
                (first, _) -> first,
                TreeMap::new));
  }
}
