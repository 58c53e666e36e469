package io.dropwatch.examples.huatuo;

/**
 * Counts the events of a {@link HuatuoStream}.
 *
 * <pre>{@code
 * accepted = sent + lost + waiting      waiting is 0 after close
 * }</pre>
 *
 * <p>The daemon sends no acknowledgements: an event in the socket's buffer counts as sent.
 *
 * @param accepted events passed to the stream
 * @param sent events written to the socket
 * @param lost events dropped because the buffer was full or the stream closed
 * @param reconnects connections after the first
 */
public record StreamStatistics(long accepted, long sent, long lost, long reconnects) {

  /** Returns the number of buffered events. */
  public long waiting() {
    return accepted - sent - lost;
  }

  /** {@code accepted=9 sent=8 lost=1 reconnects=0}. */
  @Override
  public String toString() {
    return "accepted=%d sent=%d lost=%d reconnects=%d".formatted(accepted, sent, lost, reconnects);
  }
}
