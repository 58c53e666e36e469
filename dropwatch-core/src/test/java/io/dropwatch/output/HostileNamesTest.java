package io.dropwatch.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Names of processes and devices are any bytes; output stays one line of visible characters. */
class HostileNamesTest {
  static Stream<Arguments> names() {
    return Stream.of(
        arguments("worker", "worker"),
        arguments("ü中😀", "ü中😀"),
        arguments("a b", "a\\x20b"),
        arguments("x netns=prod", "x\\x20netns\\x3dprod"),
        arguments("x] netns=[", "x\\x5d\\x20netns\\x3d["),
        arguments("a" + Character.toString(0xa0) + "b", "a\\xa0b"),
        arguments(Character.toString(0x3000), "\\u{3000}"),
        arguments("\033[2J", "\\x1b[2J"),
        arguments("\n", "\\x0a"),
        arguments("\r\t\0", "\\x0d\\x09\\x00"),
        arguments(Character.toString(0x7f), "\\x7f"),
        arguments(Character.toString(0x80) + Character.toString(0x9b), "\\x80\\x9b"),
        arguments(Character.toString(0xad), "\\xad"),
        arguments(Character.toString(0x202e) + "exe", "\\u{202e}exe"),
        arguments(Character.toString(0x2066), "\\u{2066}"),
        arguments(Character.toString(0x2028), "\\u{2028}"),
        arguments(Character.toString(0xfeff), "\\u{feff}"),
        arguments(Character.toString(0xe000), "\\u{e000}"),
        arguments(Character.toString(0xe0041), "\\u{e0041}"),
        arguments(Character.toString(0xd800), Character.toString(0xfffd)),
        arguments("\\x1b", "\\\\x1b"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void text_ofHostileName_isEscaped(String name, String shown) {
    DropEvent event =
        DropEvent.builder().comm(name).device(NetworkDevice.of(name, 1, 0, 0)).build();

    assertTrue(
        TextWriter.format(event).contains(" dev=" + shown + " pid=0[" + shown + "] "),
        TextWriter.format(event));
  }

  /** The names of every field that a user can choose, beside those of an event without them. */
  @Property
  void text_ofAnyName_hasTheSameFields(@ForAll @NotBlank String name) {
    Set<String> forged =
        fields(TextWriter.format(owned("x netns=prod container_id=0 owner=1[x] " + name)));

    assertEquals(fields(TextWriter.format(owned("x"))), forged);
  }

  private static Set<String> fields(String line) {
    return Arrays.stream(line.strip().split("\\s", -1))
        .filter(word -> word.contains("="))
        .map(word -> word.substring(0, word.indexOf('=')))
        .collect(Collectors.toSet());
  }

  private static DropEvent owned(String name) {
    return DropEvent.builder()
        .comm(name)
        .device(NetworkDevice.of(name, 1, 0, 0))
        .owner(Owner.of(OwnerProcess.of(7, name), name, name, name))
        .build();
  }

  @Property
  void text_ofAnyName_isOneLineOfVisibleCharacters(
      @ForAll String name, @ForAll @Size(max = 16) byte[] comm) {
    String text = TextWriter.format(named(name, comm));

    assertEquals(text.length() - 1, text.indexOf('\n'));
    assertTrue(
        text.substring(0, text.length() - 1)
            .codePoints()
            .noneMatch(
                c ->
                    c < ' '
                        || (c >= 0x7f && c < 0xa0)
                        || (c >= 0x200b && c <= 0x200f)
                        || (c >= 0x2028 && c <= 0x202e)
                        || (c >= 0x2066 && c <= 0x2069)),
        text);
  }

  @Property
  void json_ofAnyName_isOneLineOfPrintableAscii(
      @ForAll String name, @ForAll @Size(max = 16) byte[] comm) {
    DropEvent event = named(name, comm);
    String line = JsonWriter.format(event);

    assertTrue(line.chars().allMatch(c -> c >= ' ' && c < 0x7f), line);
    assertEquals(event.comm(), Json.object(line).get("comm"));
  }

  private static DropEvent named(String name, byte[] comm) {
    return DropEvent.builder()
        .comm(comm)
        .device(NetworkDevice.of(name, 1, 0, 0))
        .reason(new DropReason(0, name))
        .containerId(name)
        .build();
  }
}
