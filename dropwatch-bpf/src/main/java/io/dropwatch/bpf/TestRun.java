package io.dropwatch.bpf;

import java.time.Duration;

/** The result of {@link BpfProgram#testRun}. Immutable. */
public final class TestRun {
  private final int result;
  private final byte[] data;
  private final Duration duration;

  TestRun(int result, byte[] data, Duration duration) {
    this.result = result;
    this.data = data;
    this.duration = duration;
  }

  /** {@return what the program returned, an unsigned 32-bit number in an {@code int}} */
  public int result() {
    return result;
  }

  /** {@return a copy of the packet after the run; empty if there was none} */
  public byte[] data() {
    return data.clone();
  }

  /** {@return the time of one run, in nanoseconds; the average of repeated runs} */
  public Duration duration() {
    return duration;
  }
}
