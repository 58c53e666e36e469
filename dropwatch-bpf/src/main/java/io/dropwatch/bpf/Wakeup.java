package io.dropwatch.bpf;

/**
 * When the kernel wakes the reader of a perf ring. A wakeup for each record limits the producer to
 * some 70,000 records a second, so wake for many at once; the timeout of {@link EventRing#poll}
 * bounds the latency.
 */
public final class Wakeup {
  private final int count;
  private final boolean bytes;

  private Wakeup(int count, boolean bytes) {
    this.count = count;
    this.bytes = bytes;
    if (count < 1) {
      throw new IllegalArgumentException("wakeup must be after at least 1, was " + this);
    }
  }

  /**
   * {@return a wakeup after a number of records on one CPU}
   *
   * @param records at least 1
   */
  public static Wakeup afterRecords(int records) {
    return new Wakeup(records, false);
  }

  /**
   * {@return a wakeup after a number of bytes on one CPU, headers included}
   *
   * @param bytes 1 to the size of the ring
   */
  public static Wakeup afterBytes(int bytes) {
    return new Wakeup(bytes, true);
  }

  int count() {
    return count;
  }

  boolean inBytes() {
    return bytes;
  }

  /** {@return the number and its unit} */
  @Override
  public String toString() {
    return count + (bytes ? " bytes" : " records");
  }
}
