package io.dropwatch.bpf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Which CPUs run now, by the kernel's numbers. */
final class OnlineCpus {
  private static final Path FILE = Path.of("/sys/devices/system/cpu/online");

  private OnlineCpus() {}

  /**
   * {@return their numbers, ascending}
   *
   * @throws BpfException if sysfs does not tell
   */
  static int[] read() {
    try {
      return parse(Files.readString(FILE));
    } catch (IOException | IllegalArgumentException e) {
      BpfException thrown =
          new BpfException(
              "cannot tell which CPUs are online", FILE + " is not readable", "Mount /sys");
      thrown.initCause(e);
      throw thrown;
    }
  }

  /** Parses the kernel's list format: {@code 0-3,8}. */
  static int[] parse(String list) {
    return Arrays.stream(list.strip().split(",", -1)).flatMapToInt(OnlineCpus::range).toArray();
  }

  private static IntStream range(String range) {
    String[] bounds = range.split("-", 2);
    return IntStream.rangeClosed(
        Integer.parseInt(bounds[0]), Integer.parseInt(bounds[bounds.length - 1]));
  }
}
