package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged object files: refused in Java, or opened by libbpf without harm. */
final class ObjectFuzzTest {
  /** Each change of each byte with 1; a sample by default. */
  private static final int STEP = Integer.getInteger("dropwatch.fuzz.objects", 2011);

  private static final Path OBJECTS = Path.of("src/test/resources/io/dropwatch/bpf");
  private static final Path PROBE =
      Path.of("../dropwatch-core/src/main/resources/io/dropwatch/internal/probe/dropwatch.bpf.o");

  @ParameterizedTest
  @ValueSource(strings = {"drops", "refused", "report", "ring", "slot"})
  void verify_acceptsWhatTheCompilerWrites(String name) {
    ElfVerifier.verify(ElfImage.of(TestObjects.elf(name)));
  }

  @Test
  void verify_acceptsTheProbe() throws Exception {
    ElfVerifier.verify(ElfImage.of(Files.readAllBytes(PROBE)));
  }

  @Test
  void libbpf_opensWhatIsAccepted() throws Exception {
    assertEquals(List.of(), ObjectFuzz.failures(PROBE, STEP, false));
    int step = Math.max(1, STEP / 40);
    assertEquals(List.of(), ObjectFuzz.failures(OBJECTS.resolve("ring.bpf.o"), step, false));
    assertEquals(List.of(), ObjectFuzz.failures(OBJECTS.resolve("drops.bpf.o"), step, false));
  }

  /** Each of these ended the process in libbpf 1.1.2. */
  @ParameterizedTest
  @CsvFileSource(resources = "crashes.csv", numLinesToSkip = 1)
  void open_damageThatEndedTheProcess_throws(String name, int offset, int value) {
    byte[] elf = TestObjects.elf(name);
    elf[offset] = (byte) value;
    BpfException e = assertThrows(BpfException.class, () -> BpfObject.open("damaged", elf));
    assertEquals(BpfException.Code.BAD_OBJECT, e.code());
  }
}
