package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnlineCpusTest {
  @Test
  void parse_kernelListFormat() {
    assertArrayEquals(new int[] {0}, OnlineCpus.parse("0\n"));
    assertArrayEquals(new int[] {0, 1, 2, 3, 8, 10, 11}, OnlineCpus.parse("0-3,8,10-11\n"));
  }

  @Test
  void next_unchanged_isNull(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("online");
    Files.writeString(file, "0-3\n");
    try (OnlineCpus cpus = OnlineCpus.open(file)) {
      assertArrayEquals(new int[] {0, 1, 2, 3}, cpus.next());
      assertNull(cpus.next());
      Files.writeString(file, "0,2-3\n");
      assertArrayEquals(new int[] {0, 2, 3}, cpus.next());
      assertNull(cpus.next());
      // As long as the list before.
      Files.writeString(file, "0,1-3\n");
      assertArrayEquals(new int[] {0, 1, 2, 3}, cpus.next());
      Files.writeString(file, "0\n");
      assertArrayEquals(new int[] {0}, cpus.next());
    }
  }

  @Test
  void read_hasAtLeastOneCpu() {
    int[] cpus = OnlineCpus.read();
    assertTrue(cpus.length >= 1);
    assertEquals(cpus.length, Libbpf.onlineCpus());
  }
}
