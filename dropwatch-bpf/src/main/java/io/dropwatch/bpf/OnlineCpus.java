package io.dropwatch.bpf;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads the numbers of the online CPUs, again and again without garbage. For one thread. */
final class OnlineCpus implements Closeable {
  private static final Path FILE = Path.of("/sys/devices/system/cpu/online");

  /** The size limit of a sysfs file. */
  private static final int MAX_BYTES = 4096;

  // Not a channel: an interrupt would close that.
  private final RandomAccessFile file;
  private byte[] last = new byte[MAX_BYTES];
  private byte[] read = new byte[MAX_BYTES];

  private OnlineCpus(RandomAccessFile file) {
    this.file = file;
  }

  /**
   * {@return a reader whose first result is the list of online CPUs}
   *
   * @throws BpfException if sysfs cannot be read
   */
  static OnlineCpus open() {
    return open(FILE);
  }

  /** Opens another file of that format. */
  static OnlineCpus open(Path list) {
    try {
      return new OnlineCpus(new RandomAccessFile(list.toFile(), "r"));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * {@return the numbers of the online CPUs, ascending}
   *
   * @throws BpfException if sysfs cannot be read
   */
  static int[] read() {
    try (OnlineCpus cpus = open()) {
      int[] now = cpus.next();
      return now == null ? new int[0] : now;
    }
  }

  /**
   * {@return the numbers of the online CPUs, ascending; null if they are those of the last call}
   */
  int @Nullable [] next() {
    try {
      file.seek(0);
      int length = Math.max(0, file.read(read));
      Arrays.fill(read, length, MAX_BYTES, (byte) 0);
      if (Arrays.equals(read, last)) {
        return null;
      }
      int[] cpus = parse(new String(read, 0, length, StandardCharsets.US_ASCII));
      byte[] before = last;
      last = read;
      read = before;
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
        "mount /sys");
  }

  /** Parses the list format of the kernel, such as {@code 0-3,8}. */
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
