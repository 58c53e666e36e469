package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Object files, good ones and damaged ones. No privileges, no libbpf. */
final class ElfImageTest {
  private static final byte[] SLOT = TestObjects.elf("slot");
  private static final byte[] RING = TestObjects.elf("ring");

  @Test
  void findsFunctions() {
    ElfImage image = ElfImage.of(SLOT);
    // 32 gotos, the assignment before them, a move of the result, exit.
    assertTrue(image.functionSize("slot") >= 34, () -> image.functionSize("slot") + "");
    assertEquals(3, image.functionSize("call_slot"));
    assertTrue(image.hasFunction("slot"));
    assertFalse(image.hasFunction("slots"));
    assertFalse(image.hasFunction("LICENSE"));
    assertEquals(
        "the eBPF object has no function slots",
        assertThrows(BpfException.class, () -> image.functionSize("slots")).getMessage());
  }

  @Test
  void overwritesTheTailAndNothingElse() {
    ElfImage image = ElfImage.of(SLOT);
    byte[] code = new byte[5 * 8];
    Arrays.fill(code, (byte) 0xab);
    byte[] changed = image.withFunctionTail("slot", code).bytes();
    assertArrayEquals(SLOT, image.bytes());
    assertEquals(SLOT.length, changed.length);
    int first = Arrays.mismatch(SLOT, changed);
    byte[] expected = SLOT.clone();
    System.arraycopy(code, 0, expected, first, code.length);
    assertArrayEquals(expected, changed);
    assertEquals(ElfImage.of(SLOT).functionSize("slot"), ElfImage.of(changed).functionSize("slot"));
    assertArrayEquals(SLOT, image.withFunctionTail("slot", new byte[0]).bytes());
    assertNotSame(image.bytes(), image.bytes());
  }

  @Test
  void takesInstructionsOutAndNothingElse() {
    ElfImage image = ElfImage.of(SLOT);
    assertArrayEquals(SLOT, image.without(_ -> false).bytes());
    byte[] changed = image.without(instruction -> instruction == 0x95).bytes();
    assertArrayEquals(SLOT, image.bytes());
    // The exits of its two functions; behind the code, all of exit and of goto +0 is 0.
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
  void takesCodeAsLongAsTheFunctionAndNoLonger() {
    ElfImage image = ElfImage.of(SLOT);
    int size = image.functionSize("slot");
    assertEquals(size, image.withFunctionTail("slot", new byte[8 * size]).functionSize("slot"));
    assertEquals(
        "cannot put code into function slot of the eBPF object: the code must have at most "
            + size
            + " instructions, has "
            + (size + 1),
        assertThrows(
                IllegalArgumentException.class,
                () -> image.withFunctionTail("slot", new byte[8 * size + 8]))
            .getMessage());
    assertEquals(
        "cannot put code into function slot of the eBPF object: the code must have a multiple of 8"
            + " bytes, has 12",
        assertThrows(
                IllegalArgumentException.class, () -> image.withFunctionTail("slot", new byte[12]))
            .getMessage());
  }

  @Test
  void leavesAloneWhatLibbpfRelocates() {
    // The call of slot() is the second of three instructions.
    ElfImage image = ElfImage.of(SLOT);
    image.withFunctionTail("call_slot", new byte[8]);
    assertEquals(
        "cannot put code into function call_slot of the eBPF object: libbpf relocates the"
            + " instruction at byte 8 of its section",
        assertThrows(BpfException.class, () -> image.withFunctionTail("call_slot", new byte[16]))
            .getMessage());
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
    // offset of a byte, its new value, what is said
    "0, 0, it does not begin with \\x7fELF",
    "4, 1, it is not a 64-bit little-endian ELF file",
    "5, 2, it is not a 64-bit little-endian ELF file",
    "16, 2, 'it is an ELF file of type 2 for machine 247, not a relocatable one (1) for eBPF (247)'",
    "18, 62, 'it is an ELF file of type 1 for machine 62, not a relocatable one (1) for eBPF (247)'",
    "46, 1, section headers at offset 281474976713", // and more digits
    "58, 0, its section headers are 17 of 0 bytes",
    "62, 99, its section headers are 17 of 64 bytes",
  })
  void saysWhatIsDamaged(int offset, int value, String said) {
    byte[] elf = SLOT.clone();
    elf[offset] = (byte) value;
    String message = assertThrows(BpfException.class, () -> ElfImage.of(elf)).getMessage();
    assertTrue(
        message
            .replaceFirst("are \\d+ of", "are 17 of")
            .startsWith("cannot read the eBPF object: " + said),
        message);
  }

  @Test
  void refusesEveryTruncation() {
    for (int length = 0; length < SLOT.length; length++) {
      byte[] cut = Arrays.copyOf(SLOT, length);
      assertThrows(BpfException.class, () -> ElfImage.of(cut));
    }
  }

  @Property(tries = 5000)
  void neverFailsInAnotherWay(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int changes) {
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
      image.withFunctionTail("slot", new byte[80]);
    } catch (BpfException e) {
      assertEquals(BpfException.Code.BAD_OBJECT, e.code());
    } catch (IllegalArgumentException e) {
      // The damage made the function shorter than the code.
      assertTrue(String.valueOf(e.getMessage()).contains("must have at most "), e.toString());
    }
  }
}
