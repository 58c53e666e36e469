package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Valid and damaged object files. No privileges, no libbpf. */
final class ElfImageTest {
  private static final byte[] SLOT = TestObjects.elf("slot");
  private static final byte[] RING = TestObjects.elf("ring");

  @Test
  void findsFunctionsAndNopRuns() {
    ElfImage image = ElfImage.of(SLOT);
    assertEquals(32, image.nopRunLength("slot"));
    assertEquals(0, image.nopRunLength("call_slot"));
    assertTrue(image.hasFunction("slot"));
    assertFalse(image.hasFunction("slots"));
    assertFalse(image.hasFunction("LICENSE"));
    assertEquals(
        "the eBPF object has no function slots",
        assertThrows(BpfException.class, () -> image.nopRunLength("slots")).getMessage());
  }

  @Test
  void withCode_changesOnlyTheEndOfTheNopRun() {
    ElfImage image = ElfImage.of(SLOT);
    byte[] code = new byte[5 * 8];
    Arrays.fill(code, (byte) 0xab);
    byte[] changed = image.withCode("slot", code).bytes();
    assertArrayEquals(SLOT, image.bytes());
    assertEquals(SLOT.length, changed.length);
    int first = Arrays.mismatch(SLOT, changed);
    byte[] expected = SLOT.clone();
    System.arraycopy(code, 0, expected, first, code.length);
    assertArrayEquals(expected, changed);
    assertEquals(27, ElfImage.of(changed).nopRunLength("slot"));
    assertArrayEquals(SLOT, image.withCode("slot", new byte[0]).bytes());
    assertNotSame(image.bytes(), image.bytes());
  }

  @Test
  void withNops_changesOnlySelectedInstructions() {
    ElfImage image = ElfImage.of(SLOT);
    assertArrayEquals(SLOT, image.withNops(_ -> false).bytes());
    byte[] changed = image.withNops(instruction -> instruction == 0x95).bytes();
    assertArrayEquals(SLOT, image.bytes());
    // The exits of the two functions. Exit and nop differ in the opcode only.
    int first = Arrays.mismatch(SLOT, changed);
    byte[] expected = SLOT.clone();
    expected[first] = 0x05;
    int second = Arrays.mismatch(expected, changed);
    expected[second] = 0x05;
    assertArrayEquals(expected, changed);
    assertEquals((byte) 0x95, SLOT[first]);
    assertEquals((byte) 0x95, SLOT[second]);
  }

  @Test
  void withCode_longerThanNopRun_throws() {
    ElfImage image = ElfImage.of(SLOT);
    assertEquals(0, image.withCode("slot", new byte[8 * 32]).nopRunLength("slot"));
    for (int length : new int[] {8 * 32 + 8, 12}) {
      assertEquals(
          "code for function slot of the eBPF object must have a multiple of 8 bytes and at most 256,"
              + " has "
              + length,
          assertThrows(
                  IllegalArgumentException.class, () -> image.withCode("slot", new byte[length]))
              .getMessage());
    }
  }

  @Test
  void withFunctionTail_relocatedInstruction_throws() {
    // The call of slot() is the second of three instructions.
    ElfImage image = ElfImage.of(SLOT);
    byte[] code = new byte[8];
    Arrays.fill(code, (byte) 0xab);
    byte[] expected = SLOT.clone();
    int exit = Arrays.mismatch(SLOT, image.withFunctionTail("call_slot", code).bytes());
    System.arraycopy(code, 0, expected, exit, code.length);
    assertArrayEquals(expected, image.withFunctionTail("call_slot", code).bytes());
    assertEquals(
        "cannot replace byte 8 of function call_slot of the eBPF object: libbpf relocates it",
        assertThrows(BpfException.class, () -> image.withFunctionTail("call_slot", new byte[16]))
            .getMessage());
  }

  @Test
  void withFlags_replacesImmediatesInTheRange() {
    // r0 = 0 is in slot() only.
    ElfImage image = ElfImage.of(SLOT);
    BitSet flags = new BitSet();
    assertArrayEquals(SLOT, image.withFlags(0, flags, 1).bytes());
    assertArrayEquals(SLOT, image.withFlags(1, flags, 4).bytes());
    flags.set(2);
    byte[] changed = image.withFlags(-2, flags, 3).bytes();
    byte[] expected = SLOT.clone();
    expected[Arrays.mismatch(SLOT, changed)] = 1;
    assertArrayEquals(expected, changed);
  }

  @Test
  void findsReadOnlyVariables() {
    ElfImage image = ElfImage.of(RING);
    ElfImage.Symbol records = image.readOnlyVariable("records");
    assertTrue(records != null && records.size() == 4 && records.section().equals(".rodata"));
    assertTrue(image.readOnlyVariable("LICENSE") == null);
    assertTrue(image.readOnlyVariable("events") == null);
  }

  @ParameterizedTest
  @CsvSource({
    // offset of a byte, its new value, message
    "0, 0, it does not begin with \\x7fELF",
    "4, 1, it is not a 64-bit little-endian ELF file",
    "5, 2, it is not a 64-bit little-endian ELF file",
    "16, 2, 'it is an ELF file of type 2 for machine 247, not a relocatable one (1) for eBPF (247)'",
    "18, 62, 'it is an ELF file of type 1 for machine 62, not a relocatable one (1) for eBPF (247)'",
    "46, 1, section headers at offset 281474976713", // and more digits
    "58, 0, its section headers are 17 of 0 bytes",
    "62, 99, its section headers are 17 of 64 bytes",
  })
  void damagedHeader_messageNamesDamage(int offset, int value, String damage) {
    byte[] elf = SLOT.clone();
    elf[offset] = (byte) value;
    String message = assertThrows(BpfException.class, () -> ElfImage.of(elf)).getMessage();
    assertTrue(
        message
            .replaceFirst("are \\d+ of", "are 17 of")
            .startsWith("cannot read the eBPF object: " + damage),
        message);
  }

  @Test
  void damagedInput_messageHasNoControlCharacters() {
    byte[] elf = SLOT.clone();
    int at = new String(elf, StandardCharsets.ISO_8859_1).indexOf(".strtab\0");
    elf[at + 1] = 0x1b;
    elf[at + 2] = '\n';
    // The alignment of section 1, whose name that is.
    int headers = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN).getInt(40);
    elf[headers + 64 + 48] = 3;
    String message =
        assertThrows(BpfException.class, () -> ElfVerifier.verify(ElfImage.of(elf))).getMessage();
    assertTrue(message.contains("its section .\\u001b\\u000arta"), message);
  }

  @Test
  void truncatedInput_throws() {
    for (int length = 0; length < SLOT.length; length++) {
      byte[] cut = Arrays.copyOf(SLOT, length);
      assertThrows(BpfException.class, () -> ElfImage.of(cut));
    }
  }

  @Property(tries = 5000)
  void damagedInput_throwsOnlyDocumentedExceptions(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int changes) {
    Random random = new Random(seed);
    byte[] elf = (random.nextBoolean() ? SLOT : RING).clone();
    for (int i = 0; i < changes; i++) {
      // Half of the changes hit the header or the section headers, where the structure is.
      int at =
          random.nextBoolean()
              ? random.nextInt(elf.length)
              : random.nextBoolean()
                  ? random.nextInt(64)
                  : elf.length - 1 - random.nextInt(Math.min(elf.length, 64 * 20));
      elf[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : random.nextInt(4));
    }
    try {
      ElfImage image = ElfImage.of(elf);
      image.hasFunction("slot");
      image.readOnlyVariable("records");
      image.readOnlyVariable("first");
      image.withCode("slot", new byte[80]);
    } catch (BpfException e) {
      assertEquals(BpfException.Code.BAD_OBJECT, e.code());
    } catch (IllegalArgumentException e) {
      // The damage made the run of nops shorter than the code.
      assertTrue(String.valueOf(e.getMessage()).contains("and at most "), e.toString());
    }
  }
}
