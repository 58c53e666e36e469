package io.dropwatch.examples.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.examples.cli.RunningProgram.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Malicious expressions and files for {@code dropwatch filter}: one message and a status, in
 * bounded time and memory.
 */
class HostileFilterIT {
  /** Enough for a megabyte of text, too little to buffer an endless stream. */
  private static final String LITTLE_MEMORY = "JAVA_TOOL_OPTIONS=-Xmx256m";

  private static final String PCAP = "d4c3b2a1" + "02000400" + "0000000000000000" + "ffff0000";
  private static final String PCAP_OF_ETHERNET = PCAP + "01000000";
  private static final String PCAPNG = "0a0d0d0a";

  /** An IPv4 header with protocol TCP, and zeros. */
  private static final String PACKET =
      "000000000000000000000000"
          + "0800"
          + "4500002800000000400600000a0000010a000002"
          + "00".repeat(20);

  @TempDir private Path directory = Path.of("");

  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of("parentheses", "(".repeat(10_000) + "tcp" + ")".repeat(10_000), "nested"),
        Arguments.of("open parentheses", "(".repeat(1_000_000), "nested"),
        Arguments.of("indices", "1 = ip" + "[ip".repeat(300_000), "nested"),
        Arguments.of("not", "not ".repeat(250_000) + "tcp", "nested"),
        Arguments.of("or alone", "or ".repeat(350_000), "column 1"),
        Arguments.of("digits", "1".repeat(1_000_000), "column 1"),
        Arguments.of("controls", "\u001b[31mtcp\u0007", "U\\+001B"),
        Arguments.of("zero", "tcp\0", "U\\+0000"),
        // Not UTF-8: an unpaired surrogate, and invalid start bytes.
        Arguments.of("surrogate", "tcp \u00ed\u00a0\u0080", "column 5"),
        Arguments.of("broken UTF-8", "tcp \u00ff\u00fe", "column 5"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void check_invalidExpression_namesThePlace(String name, String text, String expected)
      throws Exception {
    Path file = directory.resolve("expression");
    Files.writeString(file, text, ISO_8859_1);
    assertRefused(2, expected, dropwatch("filter", "check", "-F", file.toString()));
  }

  static Stream<Arguments> files() {
    return Stream.of(
        Arguments.of("", "it is empty"),
        Arguments.of("d4c3", "ends within the magic number"),
        Arguments.of("7f454c46" + "00".repeat(100), "starts with 0x7f454c46"),
        Arguments.of(PCAP + "69000000" + packet(4, 4) + "61626364", "link type 105"),
        Arguments.of(PCAP_OF_ETHERNET + packet(100, 100) + "61".repeat(50), "within a packet"),
        Arguments.of(PCAP_OF_ETHERNET + packet(-1, -1), "4294967295 captured bytes"),
        Arguments.of(PCAPNG + "f0ffffff" + "4d3c2b1a" + "00".repeat(50), "pcapng"),
        Arguments.of(
            PCAPNG + "1c0000004d3c2b1a01000000ffffffffffffffff1c000000" + "06000000fcffff7f",
            "the file ends within"));
  }

  @Test
  void match_invalidFile_isNamed() throws Exception {
    List<RunningProgram> programs = new ArrayList<>();
    List<String> messages = new ArrayList<>();
    for (Arguments file : files().toList()) {
      Path path = directory.resolve(programs.size() + ".pcap");
      Files.write(path, HexFormat.of().parseHex((String) file.get()[0]));
      programs.add(dropwatch("filter", "match", "--read", path.toString(), "tcp"));
      messages.add(path.getFileName() + ": .*" + file.get()[1]);
    }
    for (int i = 0; i < programs.size(); i++) {
      assertRefused(1, messages.get(i), programs.get(i));
    }
  }

  @Test
  void explain_directory_isNamed() throws Exception {
    assertRefused(
        1,
        "cannot read " + directory + ": .*directory",
        dropwatch("filter", "explain", "--read", directory.toString(), "tcp"));
  }

  @Test
  void match_truncatedPipe_printsWholePackets() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    RunningProgram program = dropwatch("filter", "match", "--read", pipe.toString(), "tcp");
    try (OutputStream out = Files.newOutputStream(pipe)) {
      out.write(HexFormat.of().parseHex(PCAP_OF_ETHERNET + packet(54, 54) + PACKET + "0000"));
    }
    Outcome outcome = program.awaitEnd();
    assertEquals(1, outcome.status());
    assertEquals(1, outcome.out().size(), outcome::toString);
    assertTrue(
        outcome.err().getLast().contains("ends within a packet's header"), outcome::toString);
  }

  @Test
  void match_endlessStream_endsWhenItsReaderLeaves() throws Exception {
    String packets = (packet(54, 54) + PACKET).repeat(1000);
    Path some = directory.resolve("some");
    Files.write(some, HexFormat.of().parseHex(packets));
    Path header = directory.resolve("header");
    Files.write(header, HexFormat.of().parseHex(PCAP_OF_ETHERNET));
    RunningProgram shell =
        RunningProgram.command(
            "sh",
            "-c",
            "{ cat \"$2\"; while cat \"$3\"; do :; done; } 2>/dev/null"
                + " | env "
                + LITTLE_MEMORY
                + " \"$1\" filter match --read - tcp 2>/dev/null | head -3000 | tail -1",
            "sh",
            RunningProgram.LAUNCHER.toString(),
            header.toString(),
            some.toString());
    Outcome outcome = shell.awaitEnd();
    assertTrue(outcome.out().getFirst().startsWith("3000  "), outcome::toString);
  }

  @Test
  void match_fullDisk_isReported() throws Exception {
    Path file = directory.resolve("one");
    Files.write(file, HexFormat.of().parseHex(PCAP_OF_ETHERNET + packet(54, 54) + PACKET));
    RunningProgram program =
        RunningProgram.command(
            "sh",
            "-c",
            "exec \"$1\" filter match --read \"$2\" tcp > /dev/full",
            "sh",
            RunningProgram.LAUNCHER.toString(),
            file.toString());
    assertRefused(1, "cannot write to stdout", program);
  }

  @Test
  void check_megabyteOfOr_isRefusedAsByWatching() throws Exception {
    Path file = directory.resolve("expression");
    Files.writeString(file, "tcp" + " or tcp".repeat(150_000));
    assertRefused(
        2, "too large for the probe", dropwatch("filter", "check", "-F", file.toString()));
  }

  private static String packet(int captured, int wire) {
    return "0100000001000000" + littleEndian(captured) + littleEndian(wire);
  }

  private static String littleEndian(int number) {
    return HexFormat.of().toHexDigits(Integer.reverseBytes(number));
  }

  private static RunningProgram dropwatch(String... arguments) throws IOException {
    return RunningProgram.command(
        Stream.concat(
                Stream.of("env", LITTLE_MEMORY, RunningProgram.LAUNCHER.toString()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static void assertRefused(int status, String expected, RunningProgram program)
      throws Exception {
    Outcome outcome = program.awaitEnd();
    List<String> err =
        outcome.err().stream().filter(line -> !line.startsWith("Picked up ")).toList();
    String message = String.join("\n", err);
    assertEquals(List.of(), outcome.out());
    assertTrue(message.startsWith("dropwatch"), message);
    assertTrue(Pattern.compile(expected).matcher(message).find(), message);
    assertEquals(status, outcome.status(), message);
    assertTrue(message.length() < 1000 && err.size() <= 4, message);
    assertTrue(message.chars().noneMatch(c -> c != '\n' && Character.isISOControl(c)), "readable");
  }
}
