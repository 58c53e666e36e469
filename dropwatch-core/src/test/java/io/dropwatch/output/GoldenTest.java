package io.dropwatch.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.dropwatch.DropEvent;
import io.dropwatch.layers.Packets;
import io.dropwatch.pcapfilter.LinkType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares one event for each kind of packet, in each format, with a committed file. To update the
 * files: {@code mvn test -pl dropwatch-core -am -Dtest=GoldenTest -Ddropwatch.golden=write}.
 */
class GoldenTest {
  private static final Path FOLDER = Path.of("src/test/golden");

  static Stream<Arguments> formats() {
    return Stream.of(
        format("events.txt", TextWriter::format),
        format("events.ndjson", event -> JsonWriter.format(event) + "\n"));
  }

  private static Arguments format(String file, Function<DropEvent, String> format) {
    return arguments(file, format);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void format_everyKindOfPacket_equalsTheFile(String name, Function<DropEvent, String> format)
      throws IOException {
    Path file = FOLDER.resolve(name);
    var lines = new StringBuilder();
    Packets.everyKind()
        .forEach(
            (kind, frame) ->
                lines.append(
                    format.apply(
                        Events.sample()
                            .comm(kind)
                            .packet(LinkType.ETHERNET, frame)
                            .packetLength(frame.length)
                            .build())));
    if ("write".equals(System.getProperty("dropwatch.golden"))) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, lines);
    }

    assertEquals(Files.readString(file, StandardCharsets.UTF_8), lines.toString());
  }
}
