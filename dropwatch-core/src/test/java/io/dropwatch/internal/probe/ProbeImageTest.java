package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.model.FailureCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeImageTest {
  private static final int PROGRAMS = 9;

  private final Path folder;

  ProbeImageTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 2048, 16_388})
  void withFilter_overwritesOnlyNoOps(int instructions) {
    LongBuffer before = longs(ProbeImage.embedded().bytes());
    LongBuffer after =
        longs(ProbeImage.embedded().withFilter(filter(instructions), "some filter").bytes());

    assertEquals(before.limit(), after.limit());
    int changed = 0;
    for (int i = 0; i < before.limit(); i++) {
      if (before.get(i) != after.get(i)) {
        assertEquals(0x05, before.get(i), "goto +0");
        changed++;
      }
    }
    // A slot that is not full begins with a jump over the unused part.
    int jumps = instructions == 16_388 ? 0 : 1;
    assertEquals(PROGRAMS * (instructions - 1 + jumps), changed);
  }

  @Test
  void withFilter_tooLarge_isRefused() {
    EnvironmentException tooLong =
        assertThrows(
            EnvironmentException.class,
            () -> ProbeImage.embedded().withFilter(filter(20_000), "host 10.0.0.1 or ..."));

    assertEquals(FailureCode.FILTER_TOO_LARGE, tooLong.code());
    assertEquals(
        "the filter 'host 10.0.0.1 or ...' compiles to 20000 instructions, the probe has room for 16388; use a shorter one: networks for hosts, 'portrange' for ports, or several watchers",
        tooLong.getMessage());
  }

  @Test
  void withoutCompareAndSwap_changesNothingElse() {
    LongBuffer before = longs(ProbeImage.embedded().bytes());
    LongBuffer after = longs(ProbeImage.embedded().withoutCompareAndSwap().bytes());

    int changed = 0;
    for (int i = 0; i < before.limit(); i++) {
      if (before.get(i) != after.get(i)) {
        assertEquals(0xf1_0000_0000L, before.get(i) & 0xffff_ffff_0000_0000L, "BPF_CMPXCHG");
        assertEquals(0xdb, before.get(i) & 0xff, "BPF_STX | BPF_ATOMIC | BPF_DW");
        assertEquals(0x05, after.get(i), "goto +0");
        changed++;
      }
    }
    assertTrue(changed > 0);
  }

  private static LongBuffer longs(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
  }

  /** One instruction less than given, which is a function's exit: r0 = 7. */
  private static FilterCode filter(int instructions) {
    ByteBuffer code = ByteBuffer.allocate(8 * (instructions - 1)).order(ByteOrder.LITTLE_ENDIAN);
    while (code.hasRemaining()) {
      code.putLong(0x7_0000_00b7L);
    }
    return new FilterCode(code.array(), new BitSet());
  }

  /** No key is left unset, and setting one more changes only its instructions. */
  @Test
  void bytes_setsAllStaticKeys() {
    ProbeImage image = ProbeImage.embedded().withFilter(filter(2), "some filter");
    LongBuffer open = longs(image.bytes());
    LongBuffer no = longs(image.bytes(false, false, new DeviceList.All()));
    LongBuffer noise = longs(image.bytes(true, false, new DeviceList.All()));

    int keys = 0;
    int noiseKeys = 0;
    for (int i = 0; i < open.limit(); i++) {
      long operation = open.get(i) & 0xff;
      long number = open.get(i) >>> 32;
      if (operation == 0xb7 && number >= 0x5eedc000L && number < 0x5eedc000L + 28) {
        keys++;
        boolean yes = number == 0x5eedc000L + 24;
        assertEquals(yes ? 1 : 0, no.get(i) >>> 32, Long.toHexString(number));
        noiseKeys += number == 0x5eedc000L + 26 ? 1 : 0;
        assertEquals(yes || number == 0x5eedc000L + 26 ? 1 : 0, noise.get(i) >>> 32);
      } else {
        assertEquals(open.get(i), no.get(i));
        assertEquals(open.get(i), noise.get(i));
      }
    }
    assertTrue(keys > 50, () -> "many static keys");
    assertEquals(3, noiseKeys, "one per variant");
  }

  @Test
  void filtering_onlyWithFilter() {
    assertFalse(ProbeImage.embedded().filtering());
    assertTrue(ProbeImage.embedded().withFilter(filter(2), "").filtering());
  }

  @Test
  void read_embeddedObject_isEqual() throws IOException {
    Path file = folder.resolve("probe.o");
    Files.write(file, ProbeImage.embedded().bytes());

    assertArrayEquals(ProbeImage.embedded().bytes(), ProbeImage.read(file).bytes());
  }

  @Test
  void read_missingFile_namesRemedy() {
    Path file = folder.resolve("missing.o");

    assertEquals(
        "there is no probe object at "
            + file
            + "; build it from dropwatch.bpf.c with 'make probe', or leave it out to use the embedded one",
        failure(file).getMessage());
  }

  @Test
  void read_noElfFile_isRefused() throws IOException {
    Path file = folder.resolve("broken.o");
    Files.writeString(file, "not ELF");

    String message = String.valueOf(failure(file).getMessage());
    assertTrue(message.startsWith("the probe object " + file + " is damaged: "), message);
    assertTrue(message.endsWith("; build it from dropwatch.bpf.c with 'make probe'"), message);
  }

  @Test
  void read_otherObject_isRefused() throws IOException {
    Path file = folder.resolve("other.o");
    byte[] elf = ProbeImage.embedded().bytes();
    rename(elf, "dropwatch_c", "somebodys_c");
    rename(elf, "dropwatch_i", "somebodys_i");
    rename(elf, "dropwatch_t", "somebodys_t");
    Files.write(file, elf);

    assertEquals(
        file
            + " is an eBPF object, but not a dropwatch probe: it has no function dropwatch_in_place"
            + " or dropwatch_cast or dropwatch_typed; build it from"
            + " dropwatch.bpf.c with 'make probe'",
        failure(file).getMessage());
  }

  @Test
  void read_objectWithOneVariant_isProbe() throws IOException {
    Path file = folder.resolve("typed.o");
    byte[] elf = ProbeImage.embedded().bytes();
    rename(elf, "dropwatch_c", "somebodys_c");
    rename(elf, "dropwatch_i", "somebodys_i");
    Files.write(file, elf);

    ProbeImage image = ProbeImage.read(file);
    assertTrue(image.has("dropwatch_typed"));
    assertFalse(image.has("dropwatch_cast"));
  }

  @Test
  void read_objectWithoutSlot_isRefused() throws IOException {
    Path file = folder.resolve("old.o");
    byte[] elf = ProbeImage.embedded().bytes();
    ByteBuffer bytes = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 8 <= elf.length; at += 8) {
      if (bytes.getLong(at) == 0x05) {
        bytes.putLong(at, 0x7_0000_00b7L);
      }
    }
    Files.write(file, elf);

    assertEquals(
        file
            + " is a dropwatch probe of another release: its dropwatch_in_place has no room for a"
            + " filter; build it from dropwatch.bpf.c with 'make probe'",
        failure(file).getMessage());
  }

  private static void rename(byte[] elf, String from, String to) {
    String bytes = new String(elf, StandardCharsets.ISO_8859_1);
    for (int at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) {
      System.arraycopy(to.getBytes(StandardCharsets.ISO_8859_1), 0, elf, at, to.length());
    }
  }

  @Test
  void read_directory_isRefused() {
    String message = String.valueOf(failure(folder).getMessage());
    assertTrue(message.startsWith("cannot read the probe object " + folder), message);
  }

  private static EnvironmentException failure(Path file) {
    EnvironmentException failure =
        assertThrows(EnvironmentException.class, () -> ProbeImage.read(file));
    assertEquals(FailureCode.BAD_OBJECT, failure.code());
    return failure;
  }
}
