package io.dropwatch.internal.owner;

/**
 * A share of a CPU: time may be spent as it comes in, and some is saved for when it is needed. Not
 * thread-safe.
 */
final class Budget {
  private final int share;
  private final long most;
  private long saved;
  private long at = System.nanoTime();

  /**
   * @param share one in how many nanoseconds may be spent
   * @param mostMillis the most that is saved
   */
  Budget(int share, int mostMillis) {
    this.share = share;
    this.most = mostMillis * 1_000_000L;
    this.saved = most;
  }

  /** Returns whether there is time to spend. */
  boolean allows(long now) {
    saved = Math.min(most, saved + (now - at) / share);
    at = now;
    return saved > 0;
  }

  void spend(long nanos) {
    saved -= nanos;
  }
}
