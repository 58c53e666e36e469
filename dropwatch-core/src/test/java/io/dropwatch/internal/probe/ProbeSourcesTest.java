package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
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

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
  }
}
