package io.dropwatch.bpf;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Which CPUs run now, by the kernel's numbers: read again and again without garbage. */
final class OnlineCpus implements CpuChanges {
  private static final Path FILE = Path.of("/sys/devices/system/cpu/online");

  /** What sysfs has room for. */
  private static final int MOST_BYTES = 4096;

  // Not a channel: a listener's interrupt would close it.
  private final RandomAccessFile file;
  private byte[] told = new byte[MOST_BYTES];
  private byte[] found = new byte[MOST_BYTES];

  private OnlineCpus(RandomAccessFile file) {
    this.file = file;
  }

  /**
   * {@return changes, of which the first are the CPUs that run now}
   *
   * @throws BpfException if sysfs does not tell
   */
  static OnlineCpus open() {
    return open(FILE);
  }

  /** The same from another file. */
  static OnlineCpus open(Path list) {
    try {
      return new OnlineCpus(new RandomAccessFile(list.toFile(), "r"));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * {@return their numbers, ascending}
   *
   * @throws BpfException if sysfs does not tell
   */
  static int[] read() {
    try (OnlineCpus cpus = open()) {
      int[] now = cpus.next();
      return now == null ? new int[0] : now;
    }
  }

  @Override
  public int @Nullable [] next() {
    try {
      file.seek(0);
      int length = Math.max(0, file.read(found));
      Arrays.fill(found, length, MOST_BYTES, (byte) 0);
      if (Arrays.equals(found, told)) {
        return null;
      }
      int[] cpus = parse(new String(found, 0, length, StandardCharsets.US_ASCII));
      byte[] before = told;
      told = found;
      found = before;
      return cpus;
    } catch (IllegalArgumentException e) {
      throw unreadable(new IOException("not a list of CPUs", e));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static BpfException unreadable(IOException e) {
    return BpfException.unreadable(
        BpfException.Code.UNREADABLE_FILE,
        "cannot read the online CPUs from " + FILE,
        e,
        "Mount /sys");
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

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }
}
