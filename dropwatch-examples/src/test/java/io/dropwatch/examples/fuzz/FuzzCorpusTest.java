package io.dropwatch.examples.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kept inputs of each target, among them all that were findings once. */
class FuzzCorpusTest {
  private static final Path FOLDER =
      Path.of("src/test/resources/io/dropwatch/examples/fuzz").toAbsolutePath();

  @ParameterizedTest
  @EnumSource
  void keptInputs_areNoFindings(FuzzTarget target) throws IOException {
    List<byte[]> inputs = Fuzz.read(FOLDER.resolve(target.label() + ".hex"));
    assertFalse(inputs.isEmpty());
    for (byte[] input : inputs) {
      try {
        target.run(input);
      } catch (Throwable e) {
        fail(target + " " + HexFormat.of().formatHex(input), e);
      }
    }
  }
}
