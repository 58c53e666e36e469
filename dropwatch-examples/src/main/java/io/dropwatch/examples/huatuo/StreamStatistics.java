package io.dropwatch.examples.huatuo;

/**
 * What became of every event given to a {@link HuatuoStream}.
 *
 * <pre>{@code
 * accepted = sent + lost + waiting      waiting is 0 once the stream is closed
 * }</pre>
 *
 * <p>The daemon acknowledges nothing: what the kernel holds for a daemon that dies counts as sent.
 *
 * @param accepted events given to the stream
 * @param sent of these, those that went whole into the socket
 * @param lost those that found the buffer full, or the stream closed
 * @param reconnects connections made after the first
 */
public record StreamStatistics(long accepted, long sent, long lost, long reconnects) {

  /** In the buffer, not sent yet. */
  public long waiting() {
    return accepted - sent - lost;
  }

  /** {@code accepted=9 sent=8 lost=1 reconnects=0}. */
  @Override
  public String toString() {
    return "accepted=%d sent=%d lost=%d reconnects=%d".formatted(accepted, sent, lost, reconnects);
  }
}
