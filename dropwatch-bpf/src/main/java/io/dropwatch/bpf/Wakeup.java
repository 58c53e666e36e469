package io.dropwatch.bpf;

/**
 * When the kernel wakes the reader of a ring. A wakeup for each record is what limits the producer
 * (to some 70,000 a second), so they are batched and the reader's timeout bounds the latency.
 */
public sealed interface Wakeup {
  /**
   * After so many records on one CPU.
   *
   * @param records at least 1
   */
  record AfterRecords(int records) implements Wakeup {
    /** Checks the number. */
    public AfterRecords {
      if (records < 1) {
        throw new IllegalArgumentException("a wakeup after " + records + " records");
      }
    }
  }

  /**
   * After so many bytes on one CPU.
   *
   * @param bytes at least 1; the kernel takes half of the ring at most
   */
  record AfterBytes(int bytes) implements Wakeup {
    /** Checks the number. */
    public AfterBytes {
      if (bytes < 1) {
        throw new IllegalArgumentException("a wakeup after " + bytes + " bytes");
      }
    }
  }
}
