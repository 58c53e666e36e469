package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropWatchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeImageTest {
  private final Path folder;

  ProbeImageTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 2048, 2052})
  void aFilterChangesTheEndOfTheSlotAndNothingElse(int instructions) {
    byte[] code = new byte[instructions * 8];
    Arrays.fill(code, (byte) 0x5a);
    byte[] before = ProbeImage.embedded().bytes();
    byte[] after = ProbeImage.embedded().withFilter(code, "some filter").bytes();

    assertEquals(before.length, after.length);
    int first = Arrays.mismatch(before, after);
    assertArrayEquals(code, Arrays.copyOfRange(after, first, first + code.length));
    assertTrue(
        Arrays.equals(
            before, first + code.length, before.length, after, first + code.length, after.length));
  }

  @Test
  void theSlotHasRoomForTwoThousandInstructionsAndSaysSo() {
    DropWatchException tooLong =
        assertThrows(
            DropWatchException.class,
            () -> ProbeImage.embedded().withFilter(new byte[8 * 5000], "host 10.0.0.1 or ..."));

    assertEquals(DropWatchException.Kind.USAGE, tooLong.kind());
    assertEquals(
        "the filter compiles to 5000 instructions, and the probe has room for 2052: shorten 'host 10.0.0.1 or ...'",
        tooLong.getMessage());
  }

  @Test
  void onlyAnImageWithAFilterFilters() {
    assertFalse(ProbeImage.embedded().filtering());
    assertTrue(ProbeImage.embedded().withFilter(new byte[16], "").filtering());
  }

  @Test
  void theEmbeddedObjectAsAFileIsTheSame() throws IOException {
    Path file = folder.resolve("probe.o");
    Files.write(file, ProbeImage.embedded().bytes());

    assertArrayEquals(ProbeImage.embedded().bytes(), ProbeImage.read(file).bytes());
  }

  @Test
  void aMissingFileIsNamedWithTheRemedy() {
    Path file = folder.resolve("missing.o");

    assertEquals(
        "no probe object at "
            + file
            + ": build it from dropwatch.bpf.c with 'make probe', or leave it out to use the embedded one",
        failure(file).getMessage());
  }

  @Test
  void aFileThatIsNoObjectIsNamed() throws IOException {
    Path file = folder.resolve("broken.o");
    Files.writeString(file, "not ELF");

    String message = String.valueOf(failure(file).getMessage());
    assertTrue(message.startsWith("the probe object " + file + " is broken: "), message);
    assertTrue(message.endsWith("; build it from dropwatch.bpf.c with 'make probe'"), message);
  }

  @Test
  void anObjectThatIsNoProbeIsNamed() throws IOException {
    Path file = folder.resolve("other.o");
    byte[] elf = ProbeImage.embedded().bytes();
    rename(elf, "dropwatch_typed", "somebodys_typed");
    Files.write(file, elf);

    assertEquals(
        file
            + " is an eBPF object, but not a dropwatch probe: it has no function dropwatch_typed;"
            + " build it from dropwatch.bpf.c with 'make probe'",
        failure(file).getMessage());
  }

  private static void rename(byte[] elf, String from, String to) {
    String bytes = new String(elf, StandardCharsets.ISO_8859_1);
    for (int at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) {
      System.arraycopy(to.getBytes(StandardCharsets.ISO_8859_1), 0, elf, at, to.length());
    }
  }

  @Test
  void aDirectoryIsNoObject() {
    String message = String.valueOf(failure(folder).getMessage());
    assertTrue(message.startsWith("cannot read the probe object " + folder), message);
  }

  private static DropWatchException failure(Path file) {
    DropWatchException failure =
        assertThrows(DropWatchException.class, () -> ProbeImage.read(file));
    assertEquals(DropWatchException.Kind.ENVIRONMENT, failure.kind());
    return failure;
  }
}
