package io.dropwatch.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Wrong flags: one line on stderr that names cause and remedy, status 2. Without privileges:
 * nothing gets as far as the kernel.
 */
class UsageTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --duration -1                   | --duration -1 is negative: give seconds, or 0 to run until interrupted
          --duration x                    | Invalid value for option '--duration': 'x' is not a whole number from 0 to 9223372036854775807
          --duration 1.5                  | Invalid value for option '--duration': '1.5' is not a whole number from 0 to 9223372036854775807
          --duration                      | Missing required parameter for option '--duration' (<n>)
          --max-events-per-second -5      | --max-events-per-second -5 is negative: give a number, or 0 for no limit
          --max-events-per-second 4294967296 | Invalid value for option '--max-events-per-second': '4294967296' is not a whole number from 0 to 2147483647
          --stack-depth 128               | --stack-depth 128 is out of range: give 0 to 127
          --stack-depth -1                | --stack-depth -1 is out of range: give 0 to 127
          --stack-once-per -1             | --stack-once-per -1 is negative: give seconds, or 0 for a stack at each drop
          --ring tcp                      | Invalid value for option '--ring': expected one of [AUTO, PERF, BPF] (case-insensitive) but was 'tcp'
          --ring-bytes 0                  | --ring-bytes 0 is no size of a ring: give a power of two from 4096 to 1073741824
          --ring-bytes 1                  | --ring-bytes 1 is no size of a ring: give a power of two from 4096 to 1073741824
          --ring-bytes 100000             | --ring-bytes 100000 is no size of a ring: give a power of two from 4096 to 1073741824
          --ring-bytes 2147483648         | Invalid value for option '--ring-bytes': '2147483648' is not a whole number from 0 to 2147483647
          --netmask 255.255               | --netmask '255.255' is no IPv4 address: give one such as 255.255.255.0
          --vxlan-port 65536              | --vxlan-port 65536 is no port: give 0 to 65535
          --geneve-port -1                | --geneve-port -1 is no port: give 0 to 65535
          --output xml                    | Invalid value for option '--output': expected one of [json, text] (case-insensitive) but was 'xml'
          --device a --device-excluded b  | --device and --device-excluded exclude each other: give one of them
          --device eth0,,eth1             | an empty device name in 'eth0,,eth1': separate names with one comma, as in eth0,eth1
          --device-excluded eth0,         | an empty device name in 'eth0,': separate names with one comma, as in eth0,eth1
          --filter udp --filter tcp       | option '--filter' (<expr>) should be specified only once
          --no-noise-rule x               | --no-noise-rule 'x' is none of the built-in rules: close_wait, neigh_invalidate, bnxt_tx_int, or all
          --noise-rule abc                | --noise-rule 'abc' lacks a name or a pattern: write it as in purge=skb_rbtree_purge
          --noise-rule =abc               | --noise-rule '=abc' lacks a name or a pattern: write it as in purge=skb_rbtree_purge
          --nosuch                        | Unknown option: '--nosuch'
          tcp and port 80                 | Unmatched arguments from index 0: 'tcp', 'and', 'port', '80'; a filter is given in quotes behind --filter
          """)
  void wrongUsage(String arguments, String message) {
    Outcome outcome = Outcome.of(arguments.split(" +", -1));
    assertEquals("dropwatch: " + message + " (see dropwatch --help)\n", outcome.err);
    assertEquals("", outcome.out);
    assertEquals(2, outcome.status);
  }

  @Test
  void aWrongFilterIsShownWithACaret() {
    Outcome outcome = Outcome.of("--filter", "tcp and prot 80");
    assertTrue(outcome.err.startsWith("dropwatch: --filter: line 1"), outcome.err);
    assertTrue(outcome.err.contains("tcp and prot 80\n"), outcome.err);
    assertTrue(outcome.err.contains("^"), outcome.err);
    assertEquals(2, outcome.status);
  }

  /** Before anything is loaded into the kernel. */
  @Test
  void aDaemonThatIsNotThere() {
    Outcome outcome = Outcome.of("--output-storage", "/nonexistent/events.sock", "--task-id", "7");
    assertEquals(
        "dropwatch: cannot connect to a huatuo-bamai daemon at /nonexistent/events.sock: "
            + "No such file or directory; start the daemon, or give the path of its socket\n",
        outcome.err);
    assertEquals(1, outcome.status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--bpf-path",
        "--filter",
        "--device",
        "--device-excluded",
        "--duration",
        "--output",
        "--json-dialect",
        "--output-storage",
        "--task-id",
        "--max-events-per-second",
        "--stack-depth",
        "--stack-once-per",
        "--ring",
        "--ring-bytes",
        "--resolve",
        "--netmask",
        "--vxlan-port",
        "--geneve-port",
        "--no-noise-rule",
        "--noise-rule",
        "--exclude-reason",
        "--exclude-location",
        "--help",
        "--version"
      })
  void helpNamesEveryFlag(String flag) {
    Outcome outcome = Outcome.of("--help");
    assertTrue(outcome.out.contains(flag), outcome.out);
    assertEquals("", outcome.err);
    assertEquals(0, outcome.status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          top --interval 0                   | --interval 0 is too short: give seconds, at least 1
          top --count -1                     | --count -1 is negative: give a number, or 0 for no end
          top --duration -1                  | --duration -1 is negative: give seconds, or 0 to run until interrupted
          top --device a --device-excluded b | --device and --device-excluded exclude each other: give one of them
          top --device a,                    | an empty device name in 'a,': separate names with one comma, as in eth0,eth1
          top --nosuch                       | Unknown option: '--nosuch'
          """)
  void wrongUsageOfTop(String arguments, String message) {
    Outcome outcome = Outcome.of(arguments.split(" +", -1));
    assertEquals("dropwatch top: " + message + " (see dropwatch top --help)\n", outcome.err);
    assertEquals("", outcome.out);
    assertEquals(2, outcome.status);
  }

  @Test
  void reasonsInWords() {
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
  void eachReasonOfThisKernelIsExplained() {
    Outcome outcome = Outcome.of("reasons");
    assertTrue(outcome.out.lines().count() > 50, outcome.out);
    assertTrue(outcome.out.lines().noneMatch(line -> line.endsWith(" -")), outcome.out);
  }

  @Test
  void aReasonThatThisKernelDoesNotHave() {
    Outcome outcome = Outcome.of("reasons", "NO_SUCH");
    assertEquals(
        "dropwatch reasons: 'NO_SUCH' is no reason of this kernel: dropwatch reasons lists them"
            + " (see dropwatch reasons --help)\n",
        outcome.err);
    assertEquals(2, outcome.status);
  }

  @Test
  void version() {
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
