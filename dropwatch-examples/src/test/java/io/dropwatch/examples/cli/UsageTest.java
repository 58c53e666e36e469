package io.dropwatch.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Wrong usage is one line on stderr and exit status 2. Needs no privileges. */
class UsageTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --duration -1                   | Invalid value for option '--duration': must be a whole number from 0 to 3153600000, was '-1'
          --duration x                    | Invalid value for option '--duration': must be a whole number from 0 to 3153600000, was 'x'
          --duration 1.5                  | Invalid value for option '--duration': must be a whole number from 0 to 3153600000, was '1.5'
          --duration                      | Missing required parameter for option '--duration' (<n>)
          --max-events-per-second 4294967296 | Invalid value for option '--max-events-per-second': must be a whole number of at most 2147483647, was '4294967296'
          --stack-once-per -1             | Invalid value for option '--stack-once-per': must be a whole number from 0 to 3153600000, was '-1'
          --ring tcp                      | Invalid value for option '--ring': must be one of auto, perf, bpf, was 'tcp'
          --task-id 7                     | --task-id needs --output-storage
          --ring-bytes 2147483648         | Invalid value for option '--ring-bytes': must be a whole number of at most 2147483647, was '2147483648'
          --output xml                    | Invalid value for option '--output': expected one of [json, text] (case-insensitive) but was 'xml'
          --device a --device-excluded b  | --device and --device-excluded are both given; use one
          --device eth0,,eth1             | --device has an empty name in 'eth0,,eth1'; write names as in eth0,eth1
          --device-excluded eth0,         | --device-excluded has an empty name in 'eth0,'; write names as in eth0,eth1
          --filter udp --filter tcp       | option '--filter' (<expr>) should be specified only once
          --no-noise-rule x               | --no-noise-rule must be close_wait, neigh_invalidate, bnxt_tx_int or all, was 'x'
          --noise-rule abc                | --noise-rule must be <name=pattern>, such as purge=skb_rbtree_purge, was 'abc'
          --noise-rule =abc               | --noise-rule must be <name=pattern>, such as purge=skb_rbtree_purge, was '=abc'
          --nosuch                        | Unknown option: '--nosuch'
          watch                           | Unmatched argument at index 0: 'watch'; watching needs no subcommand
          tpo                             | Unmatched argument at index 0: 'tpo'; the subcommands are filter, reasons, replay, top; quote the filter and put it after --filter
          tcp and port 80                 | Unmatched arguments from index 0: 'tcp', 'and', 'port', '80'; quote the filter and put it after --filter
          """)
  void wrongUsage_printsOneLineAndExits2(String arguments, String message) {
    Outcome outcome = Outcome.of(arguments.split(" +", -1));
    assertEquals("dropwatch: " + message + " (see dropwatch --help)\n", outcome.err);
    assertEquals("", outcome.out);
    assertEquals(2, outcome.status);
  }

  /** Each option that not every text is a value of, with texts that are none. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = BAD_VALUES)
  void badValue_isReportedWithTheOptionAndWhatIsAllowed(
      String command, String option, String values, String allowed) {
    for (String value : values.split(" ", -1)) {
      List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
      arguments.removeIf("dropwatch"::equals);
      arguments.addAll(List.of(option, value));
      if (command.equals("replay")) {
        arguments.add("-");
      }
      Outcome outcome = Outcome.of(arguments.toArray(String[]::new));
      String named = "'?" + option + "'?( \\([^)]*\\))?(: | must be )";
      assertTrue(outcome.err.matches("(?s)dropwatch[a-z ]*: .*" + named + ".*"), outcome.err);
      String message = outcome.err.toLowerCase(Locale.ROOT);
      assertTrue(message.contains(allowed.toLowerCase(Locale.ROOT)), outcome.err);
      assertTrue(message.contains(value.split("=", 2)[0]), outcome.err);
      assertEquals(1, outcome.err.lines().count(), outcome.err);
      assertEquals(2, outcome.status);
    }
  }

  private static final String BAD_VALUES =
      """
      dropwatch | --duration              | x -1 1.5 99999999999    | from 0 to 3153600000
      dropwatch | --stack-once-per        | x -1                    | from 0 to 3153600000
      dropwatch | --max-events-per-second | x 1.5 4294967296        | whole number of at most 2147483647
      dropwatch | --max-events-per-second | -5 10000001             | 0 to 10000000
      dropwatch | --stack-depth           | x 4294967296            | whole number
      dropwatch | --stack-depth           | -1 128                  | 0 to 127
      dropwatch | --ring-bytes            | x 2147483648            | whole number
      dropwatch | --ring-bytes            | -1 0 1 100000           | a power of two from 4096 to 1073741824
      dropwatch | --ring                  | x                       | auto, perf, bpf
      dropwatch | --output                | x                       | json, text
      dropwatch | --json-dialect          | x                       | standard, huatuo
      dropwatch | --kernel-addresses      | x                       | always, never, auto
      dropwatch | --no-noise-rule         | x                       | close_wait, neigh_invalidate, bnxt_tx_int or all
      dropwatch | --noise-rule            | x =x x=                 | <name=pattern>
      dropwatch | --noise-rule            | close_wait=x            | use different names
      dropwatch | --noise-rule            | a=[                     | RE2 pattern
      dropwatch | --netmask               | x 255.255 255.0.0.256   | four numbers from 0 to 255, such as 255.255.255.0
      dropwatch | --vxlan-port            | x 1.5                   | whole number
      dropwatch | --vxlan-port            | -1 65536                | between 0 and 65535
      dropwatch | --geneve-port           | x                       | whole number
      dropwatch | --geneve-port           | -1 65536                | between 0 and 65535
      replay    | --netmask               | 255.255                 | four numbers
      replay    | --noise-rule            | a=[                     | RE2 pattern
      top       | --interval              | x -1                    | from 0 to 3153600000
      top       | --interval              | 0                       | 1 or more
      top       | --duration              | x                       | from 0 to 3153600000
      top       | --count                 | x                       | whole number
      top       | --count                 | -1                      | 0 or more
      top       | --max-kinds             | x                       | whole number
      top       | --max-kinds             | -1 0 1048577            | 1 to 1048576
      top       | --sort                  | x                       | rate, total, reason, device
      top       | --vxlan-port            | 65536                   | between 0 and 65535
      filter check tcp   | --link         | x                       | ethernet, raw, skb
      filter check tcp   | --netmask      | 255.255                 | four numbers
      filter check tcp   | --vxlan-port   | 65536                   | between 0 and 65535
      filter explain tcp | --hex          | x                       | pairs of hexadecimal digits
      filter dump tcp    | --stage        | x                       | tokens, tree
      """;

  /** Texts of these are names or expressions: an error speaks of the file, device or filter. */
  private static final Set<String> ANY_TEXT =
      Set.of(
          "--bpf-path",
          "--filter",
          "--device",
          "--device-excluded",
          "--exclude-location",
          "--exclude-reason",
          "--output-storage",
          "--task-id",
          "--read",
          "-F");

  @Test
  void badValues_areOfEveryOption() {
    Set<String> tested =
        BAD_VALUES.lines().map(row -> row.split(" *\\| *", -1)[1]).collect(Collectors.toSet());
    tested.addAll(ANY_TEXT);
    assertEquals(optionsWithValue(Main.commandLine()).collect(Collectors.toSet()), tested);
  }

  private static Stream<String> optionsWithValue(CommandLine command) {
    return Stream.concat(
        command.getCommandSpec().options().stream()
            .filter(option -> option.arity().max() > 0)
            .map(OptionSpec::longestName),
        command.getSubcommands().values().stream().flatMap(UsageTest::optionsWithValue));
  }

  @Test
  void filterSyntaxError_isMarkedWithCarets() {
    Outcome outcome = Outcome.of("--filter", "tcp and prot 80");
    assertTrue(outcome.err.startsWith("dropwatch: --filter: line 1"), outcome.err);
    assertTrue(outcome.err.contains("tcp and prot 80\n"), outcome.err);
    assertTrue(outcome.err.contains("^"), outcome.err);
    assertEquals(2, outcome.status);
  }

  @Test
  void outputStorage_withoutADaemon_failsBeforeLoadingTheProbe() {
    Outcome outcome = Outcome.of("--output-storage", "/nonexistent/events.sock", "--task-id", "7");
    assertEquals(
        "dropwatch: cannot connect to a huatuo-bamai daemon at /nonexistent/events.sock: "
            + "No such file or directory; start the daemon, or give the path of its socket\n",
        outcome.err);
    assertEquals(1, outcome.status);
  }

  @Test
  void emptyPath_isWrongUsage() {
    for (List<String> arguments :
        List.of(
            List.of("--output-storage", ""),
            List.of("--bpf-path", ""),
            List.of("top", "--bpf-path", ""),
            List.of("replay", ""),
            List.of("filter", "check", "-F", ""),
            List.of("filter", "match", "tcp", "--read", ""))) {
      Outcome outcome = Outcome.of(arguments.toArray(String[]::new));
      assertTrue(outcome.err.contains("must be the path of a file, was ''"), outcome.err);
      assertEquals(2, outcome.status);
    }
  }

  @Test
  void filterTooLarge_forAStage_isWrongUsage() {
    String terms =
        IntStream.range(0, 15000)
            .mapToObj(i -> "host 10.0.%d.%d".formatted(2 * i / 256, 2 * i % 256))
            .collect(Collectors.joining(" or "));
    Outcome outcome = Outcome.of("filter", "dump", "--stage", "ebpf", terms);
    assertTrue(
        outcome.err.matches(
            "dropwatch filter dump: the filter has \\d+ branches, .* at most \\d+ .*\n"),
        outcome.err);
    assertEquals(2, outcome.status, outcome.err);
  }

  static Stream<CommandLine> allCommands() {
    return withSubcommands(Main.commandLine());
  }

  private static Stream<CommandLine> withSubcommands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(UsageTest::withSubcommands));
  }

  @ParameterizedTest
  @MethodSource("allCommands")
  void help_ofEveryCommand_namesItsOptionsIn80ColumnsAndLowerCase(CommandLine command) {
    String help = command.getUsageMessage();
    for (OptionSpec option : command.getCommandSpec().options()) {
      assertTrue(help.contains(option.longestName()), help);
      if (option.type().isEnum()) {
        assertEquals(option.paramLabel().toLowerCase(Locale.ROOT), option.paramLabel());
      }
    }
    assertTrue(help.lines().allMatch(text -> text.length() <= 80), help);
    assertFalse(Pattern.compile("\\b(TOKENS|EBPF|AUTO|PERF)\\b").matcher(help).find(), help);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          top --interval 0                   | --interval must be 1 or more, was 0
          top --duration -1                  | Invalid value for option '--duration': must be a whole number from 0 to 3153600000, was '-1'
          top --device a --device-excluded b | --device and --device-excluded are both given; use one
          top --device a,                    | --device has an empty name in 'a,'; write names as in eth0,eth1
          top --once --count 3               | --once and --count are both given; use one
          top --nosuch                       | Unknown option: '--nosuch'
          """)
  void wrongUsageOfTop_namesTheSubcommand(String arguments, String message) {
    Outcome outcome = Outcome.of(arguments.split(" +", -1));
    assertEquals("dropwatch top: " + message + " (see dropwatch top --help)\n", outcome.err);
    assertEquals("", outcome.out);
    assertEquals(2, outcome.status);
  }

  @Test
  void reasons_explainsTheNamedOnes() {
    Outcome outcome = Outcome.of("reasons", "tcp_csum", "SKB_DROP_REASON_OTHERHOST");
    assertTrue(
        outcome.out.matches(
            """
            SKB_DROP_REASON_TCP_CSUM +loss +The TCP checksum .*
            SKB_DROP_REASON_OTHERHOST +normal +The frame .*
            """),
        outcome.out);
    assertEquals(0, outcome.status);
  }

  @Test
  void reasons_explainsEveryReasonOfThisKernel() {
    Outcome outcome = Outcome.of("reasons");
    assertTrue(outcome.out.lines().count() > 50, outcome.out);
    assertTrue(outcome.out.lines().noneMatch(line -> line.endsWith(" -")), outcome.out);
  }

  @Test
  void reasons_unknownName_exits2() {
    Outcome outcome = Outcome.of("reasons", "NO_SUCH");
    assertEquals(
        "dropwatch reasons: this kernel has no drop reason 'NO_SUCH'; dropwatch reasons lists all"
            + " (see dropwatch reasons --help)\n",
        outcome.err);
    assertEquals(2, outcome.status);
  }

  @Test
  void version_isThatOfTheJar() {
    Outcome outcome = Outcome.of("--version");
    assertTrue(outcome.out.startsWith("dropwatch "), outcome.out);
    assertEquals(0, outcome.status);
  }

  private record Outcome(int status, String out, String err) {
    static Outcome of(String... arguments) {
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int status =
          Main.commandLine()
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(err))
              .execute(arguments);
      return new Outcome(status, out.toString(), err.toString());
    }
  }
}
