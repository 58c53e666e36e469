package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinuxFilesTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void readLink_ofLink_isItsTarget() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("3"), Path.of("socket:[4711]"));

    assertEquals("socket:[4711]", LinuxFiles.readLink(link.toString()));
  }

  @Test
  void readLink_longestTarget_isWhole() throws IOException {
    String target = "x/".repeat(2047);
    Path link = Files.createSymbolicLink(folder.resolve("long"), Path.of(target));

    assertEquals(Files.readSymbolicLink(link).toString(), LinuxFiles.readLink(link.toString()));
  }

  @Test
  void readLink_ofAnythingElse_isNull() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertNull(LinuxFiles.readLink(file.toString()));
    assertNull(LinuxFiles.readLink(folder.resolve("missing").toString()));
    assertNull(LinuxFiles.readLink("/proc/self\0/exe"));
    assertNull(LinuxFiles.readLink(""));
  }

  @Test
  @Tag("live")
  void cgroupPath_ofId_isItsFolder() throws IOException {
    Path mount = cgroup2();
    Path made = Files.createDirectories(mount.resolve("dropwatch test.slice/a=b"));
    long id = (long) Files.getAttribute(made, "unix:ino");
    try {
      assertEquals("/dropwatch test.slice/a=b", LinuxFiles.cgroupPath(mount, id));
      assertEquals("/", LinuxFiles.cgroupPath(mount, (long) Files.getAttribute(mount, "unix:ino")));
    } finally {
      Files.delete(made);
      Files.delete(made.getParent());
    }
    assertNull(LinuxFiles.cgroupPath(mount, id), "removed");
    assertNull(LinuxFiles.cgroupPath(mount, -1));
  }

  @Test
  @Tag("live")
  void cgroupPath_withoutMount_throws() {
    assertThrows(IOException.class, () -> LinuxFiles.cgroupPath(folder.resolve("missing"), 1));
  }

  private static Path cgroup2() throws IOException {
    List<String> mounts = Files.readAllLines(Path.of("/proc/self/mountinfo"));
    return Path.of(
        mounts.stream()
            .filter(line -> line.contains(" - cgroup2 "))
            .map(line -> line.split(" ", 6)[4])
            .findFirst()
            .orElseThrow());
  }
}
