package io.dropwatch.examples.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.output.JsonWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * On a terminal, no byte of an argument, a file or a file name steers it: every option of every
 * command, and every kind of input file, with control characters.
 */
class TerminalEscapesIT {
  /** Window title, red, delete, right-to-left override, isolate. */
  private static final String HOSTILE = "\033]0;x\007\u009b31m\u007f\u202e\u2066";

  private static final Pattern CONTROL =
      Pattern.compile("[\\p{Cntrl}&&[^\r\n\t]]|\\p{Cf}|\\p{Cs}|\\p{Co}");

  private static final Pattern COLOUR = Pattern.compile("\033\\[\\d*m");

  @TempDir private static Path folder = Path.of(".");

  @BeforeAll
  static void writeFiles() throws IOException {
    DropEvent event =
        DropEvent.builder()
            .comm(HOSTILE.substring(0, 12))
            .reason(new DropReason(7, HOSTILE))
            .device(NetworkDevice.of(HOSTILE, 1, 0, 0))
            .containerId(HOSTILE)
            .build();
    write("valid.ndjson", JsonWriter.format(event) + "\n");
    write("source.ndjson", "{\"drop_source\":\"\\u001b]0;x\\u0007\"}\n");
    write("raw.ndjson", "{\"drop_source\":\"" + HOSTILE + "\"}\n");
    write("name.ndjson", "{\"" + HOSTILE + "\":}\n");
    write("token.ndjson", HOSTILE + "\n");
    write("number.ndjson", "{\"pid\":\"\\u001b[31m\"}\n");
    write("frame.ndjson", "{\"stack_frames\":[\"\\u001b a b c d\"]}\n");
    write("time.ndjson", "{\"observed_timestamp\":\"\\u001b[31m\"}\n");
    write("filter.txt", "tcp or " + HOSTILE + "\n");
    write("ifname.txt", "ifname \"" + HOSTILE + "\"\n");
    write("capture.pcap", HOSTILE);
    write("text.o", HOSTILE.repeat(100));
    write(HOSTILE, "x");
    var zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(Files.readAllBytes(folder.resolve("token.ndjson")));
    }
    Files.write(folder.resolve("token.ndjson.gz"), zipped.toByteArray());
    Files.write(folder.resolve("section.o"), objectWithHostileNames());
  }

  private static void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content, UTF_8);
  }

  /** The probe's object, with an escape sequence in the names of its sections. */
  private static byte[] objectWithHostileNames() throws IOException {
    Path probe =
        Path.of("../dropwatch-core/src/main/resources/io/dropwatch/internal/probe/dropwatch.bpf.o");
    String bytes = new String(Files.readAllBytes(probe), ISO_8859_1);
    return bytes.replace("tp_btf/", "\033]0;x\007").getBytes(ISO_8859_1);
  }

  static Stream<List<String>> commands() {
    List<List<String>> commands = new ArrayList<>();
    addOptions(commands, List.of(), Main.commandLine());
    for (String option : List.of("--" + HOSTILE, HOSTILE)) {
      Stream.of("", "top", "replay", "reasons", "filter", "filter check", "filter match")
          .forEach(
              command -> {
                List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
                words.remove("");
                words.add(option);
                commands.add(words);
              });
    }
    commands.add(List.of("filter", "match", "tcp", "--hex", HOSTILE));
    commands.add(List.of("filter", "dump", "ifname \"" + HOSTILE + "\""));
    commands.add(List.of("filter", "dump", "-F", file("ifname.txt")));
    commands.add(List.of("filter", "check", "-F", file("filter.txt")));
    commands.add(List.of("filter", "match", "tcp", "--read", file("capture.pcap")));
    commands.add(List.of("filter", "match", "tcp", "--read", file(HOSTILE)));
    commands.add(List.of("--bpf-path", file("text.o")));
    commands.add(List.of("--bpf-path", file("section.o")));
    commands.add(List.of("top", "--bpf-path", file("section.o")));
    commands.add(List.of("--filter", HOSTILE, "--bpf-path", file(HOSTILE)));
    Stream.of("valid", "source", "raw", "name", "token", "number", "frame", "time")
        .forEach(name -> commands.add(List.of("replay", file(name + ".ndjson"))));
    commands.add(List.of("replay", "--output", "json", file("valid.ndjson")));
    commands.add(
        List.of("replay", "--output", "json", "--json-dialect", "huatuo", file("valid.ndjson")));
    commands.add(List.of("replay", file("token.ndjson.gz")));
    commands.add(List.of("replay", file(HOSTILE)));
    return commands.stream();
  }

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  private static void addOptions(
      List<List<String>> commands, List<String> path, CommandLine command) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      // Parsed by the same code as of the root.
      if (!path.isEmpty()
          && Main.commandLine().getCommandSpec().findOption(option.longestName()) != null) {
        continue;
      }
      List<String> words = new ArrayList<>(path);
      if (path.equals(List.of("replay"))) {
        words.add("/dev/null");
      }
      words.add(option.longestName());
      if (option.arity().max() > 0) {
        words.add(HOSTILE);
      }
      if (command.getCommandSpec().findOption("--duration") != null
          && !option.longestName().equals("--duration")) {
        words.addAll(List.of("--duration", "1"));
      }
      commands.add(words);
    }
    command
        .getSubcommands()
        .forEach(
            (name, subcommand) ->
                addOptions(
                    commands, Stream.concat(path.stream(), Stream.of(name)).toList(), subcommand));
  }

  /** On a dumb terminal the program itself makes no escape sequences either. */
  @ParameterizedTest
  @MethodSource("commands")
  void output_onADumbTerminal_hasNoEscapes(List<String> arguments) throws Exception {
    assertPrintable(onTerminal("dumb", arguments));
  }

  @Test
  void output_onATerminal_hasOnlyColours() throws Exception {
    String shown = onTerminal("xterm", List.of("replay", file("valid.ndjson")));
    String plain = COLOUR.matcher(shown).replaceAll("");

    assertTrue(plain.length() < shown.length(), shown);
    assertPrintable(plain);
  }

  private static void assertPrintable(String shown) {
    Matcher control = CONTROL.matcher(shown);
    assertFalse(
        control.find(),
        () ->
            "U+%04x in %s".formatted((int) control.group().charAt(0), shown.replace('\033', '^')));
  }

  private static String onTerminal(String terminal, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(RunningProgram.LAUNCHER.toString());
    command.addAll(arguments);
    String line =
        String.join(
            " ", command.stream().map(word -> "'" + word.replace("'", "'\\''") + "'").toList());
    ProcessBuilder script =
        new ProcessBuilder("script", "--quiet", "--command", line, "/dev/null")
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true);
    script.environment().put("TERM", terminal);
    Process process = script.start();
    try {
      return new String(process.getInputStream().readAllBytes(), UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }
}
