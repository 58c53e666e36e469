package io.dropwatch.examples.huatuo;

/**
 * Counts the events of a {@link HuatuoStream}.
 *
 * <pre>{@code
 * accepted = sent + unconfirmed + lost + waiting      waiting is 0 after close
 * }</pre>
 *
 * <p>The daemon sends no acknowledgements: sent means that it took the event out of the socket.
 *
 * @param accepted events passed to the stream
 * @param sent events that the daemon took
 * @param unconfirmed events that were in the socket when the daemon closed it or the time to close
 *     was over; at most, because the kernel tells how many bytes are there and not how many events
 * @param lost events dropped because the buffer was full or the stream closed
 * @param reconnects connections after the first
 */
public record StreamStatistics(
    long accepted, long sent, long unconfirmed, long lost, long reconnects) {

  /** Returns the number of buffered events. */
  public long waiting() {
    return accepted - sent - unconfirmed - lost;
  }

  /** {@code accepted=9 sent=7 lost=1 reconnects=0 unconfirmed=1}, the last if it is not 0. */
  @Override
  public String toString() {
    return "accepted=%d sent=%d lost=%d reconnects=%d".formatted(accepted, sent, lost, reconnects)
        + (unconfirmed == 0 ? "" : " unconfirmed=" + unconfirmed);
  }
}
