package io.dropwatch.examples.cli;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Wrong usage is one line on stderr and exit status 2. Needs no privileges. */
class UsageTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --duration -1                   | Invalid value for option '--duration': must be a whole number from 0 to 9223372036854775807, was '-1'
          --duration x                    | Invalid value for option '--duration': must be a whole number from 0 to 9223372036854775807, was 'x'
          --duration 1.5                  | Invalid value for option '--duration': must be a whole number from 0 to 9223372036854775807, was '1.5'
          --duration                      | Missing required parameter for option '--duration' (<n>)
          --max-events-per-second -5      | Invalid value for option '--max-events-per-second': must be a whole number from 0 to 2147483647, was '-5'
          --max-events-per-second 4294967296 | Invalid value for option '--max-events-per-second': must be a whole number from 0 to 2147483647, was '4294967296'
          --stack-depth -1                | Invalid value for option '--stack-depth': must be a whole number from 0 to 2147483647, was '-1'
          --stack-once-per -1             | Invalid value for option '--stack-once-per': must be a whole number from 0 to 9223372036854775807, was '-1'
          --ring tcp                      | Invalid value for option '--ring': expected one of [AUTO, PERF, BPF] (case-insensitive) but was 'tcp'
          --ring-bytes 2147483648         | Invalid value for option '--ring-bytes': must be a whole number from 0 to 2147483647, was '2147483648'
          --output xml                    | Invalid value for option '--output': expected one of [json, text] (case-insensitive) but was 'xml'
          --device a --device-excluded b  | --device and --device-excluded are both given; use one
          --device eth0,,eth1             | --device has an empty name in 'eth0,,eth1'; write names as in eth0,eth1
          --device-excluded eth0,         | --device-excluded has an empty name in 'eth0,'; write names as in eth0,eth1
          --filter udp --filter tcp       | option '--filter' (<expr>) should be specified only once
          --no-noise-rule x               | --no-noise-rule must be close_wait, neigh_invalidate, bnxt_tx_int or all, was 'x'
          --noise-rule abc                | --noise-rule must be <name=pattern>, such as purge=skb_rbtree_purge, was 'abc'
          --noise-rule =abc               | --noise-rule must be <name=pattern>, such as purge=skb_rbtree_purge, was '=abc'
          --nosuch                        | Unknown option: '--nosuch'
          tcp and port 80                 | Unmatched arguments from index 0: 'tcp', 'and', 'port', '80'; quote the filter and put it after --filter
          """)
  void wrongUsage_printsOneLineAndExits2(String arguments, String message) {
    Outcome outcome = Outcome.of(arguments.split(" +", -1));
    assertEquals("dropwatch: " + message + " (see dropwatch --help)\n", outcome.err);
    assertEquals("", outcome.out);
    assertEquals(2, outcome.status);
  }

  /** The SDK checks these values; its messages have the value and the limit. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --stack-depth 128       | 128    | 127
          --ring-bytes 0          | 0      | a power of two from 4096 to 1073741824
          --ring-bytes 1          | 1      | a power of two from 4096 to 1073741824
          --ring-bytes 100000     | 100000 | a power of two from 4096 to 1073741824
          --vxlan-port 65536      | 65536  | 65535
          --geneve-port -1        | -1     | 65535
          --netmask 255.255       | 255.255 | netmask
          """)
  void valueOutOfRange_isNamedWithTheLimit(String arguments, String value, String limit) {
    Outcome outcome = Outcome.of(arguments.split(" +", -1));
    assertTrue(outcome.err.startsWith("dropwatch: "), outcome.err);
    assertTrue(outcome.err.contains(value) && outcome.err.contains(limit), outcome.err);
    assertEquals(1, outcome.err.lines().count(), outcome.err);
    assertEquals(2, outcome.status);
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

  @ParameterizedTest
  @ValueSource(strings = {"", "top", "replay", "reasons", "filter", "filter match", "filter dump"})
  void help_namesEveryOption_in80Columns(String command) {
    CommandLine line = Main.commandLine();
    for (String name : command.split(" ", -1)) {
      line = name.isEmpty() ? line : requireNonNull(line.getSubcommands().get(name));
    }
    String help = line.getUsageMessage();
    for (OptionSpec option : line.getCommandSpec().options()) {
      assertTrue(help.contains(option.longestName()), help);
    }
    assertTrue(help.lines().allMatch(text -> text.length() <= 80), help);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          top --interval 0                   | --interval must be 1 or more, was 0
          top --count -1                     | Invalid value for option '--count': must be a whole number from 0 to 2147483647, was '-1'
          top --duration -1                  | Invalid value for option '--duration': must be a whole number from 0 to 9223372036854775807, was '-1'
          top --device a --device-excluded b | --device and --device-excluded are both given; use one
          top --device a,                    | --device has an empty name in 'a,'; write names as in eth0,eth1
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
