package io.dropwatch.internal.probe;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.layers.Layers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The committed object belongs to the committed sources. `make check-probe` compares bytes. */
class ProbeSourcesTest {
  private static final Path FOLDER = Path.of("src/main/bpf");

  @TestFactory
  List<DynamicTest> sourcesAndObject_haveTheRecordedDigests() throws IOException {
    return Files.readAllLines(FOLDER.resolve("SHA256SUMS")).stream()
        .map(line -> line.split("  ", 2))
        .map(
            column ->
                DynamicTest.dynamicTest(
                    column[1],
                    () ->
                        assertEquals(
                            column[0],
                            sha256(FOLDER.resolve(column[1])),
                            column[1] + " changed: run 'make probe' and commit what it writes")))
        .toList();
  }

  /** The counting programs put all other protocols into one kind. */
  @Test
  void namedProtocols_areThoseWithALabel() throws IOException {
    assertEquals(
        IntStream.range(0, 0x1_0000)
            .filter(type -> !Layers.label(type, 0).startsWith("0x"))
            .boxed()
            .collect(toSet()),
        cases("is_named_ethertype"));
    assertEquals(
        IntStream.range(0, 256)
            .filter(protocol -> !Layers.label(0x0800, protocol).endsWith("/" + protocol))
            .boxed()
            .collect(toSet()),
        cases("is_named_ip_protocol"));
  }

  private static Set<Integer> cases(String function) throws IOException {
    String source = Files.readString(FOLDER.resolve("count.h"));
    int start = source.indexOf("bool " + function + "(");
    String body = source.substring(start, source.indexOf("default:", start));
    return Pattern.compile("case (\\w+):")
        .matcher(body)
        .results()
        .map(each -> Integer.decode(each.group(1)))
        .collect(toSet());
  }

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
  }
}
