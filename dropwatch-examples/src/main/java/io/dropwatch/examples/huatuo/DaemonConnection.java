package io.dropwatch.examples.huatuo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * A connection to the daemon. Writing blocks while the daemon does not read; interrupting the
 * thread ends the wait. Knows which frames the daemon has not taken out of the socket. For one
 * thread.
 */
final class DaemonConnection implements AutoCloseable {
  /**
   * The least that the kernel counts for a frame beside its bytes: struct sk_buff and struct
   * skb_shared_info, 576 bytes today.
   */
  private static final int FRAME_OVERHEAD = 512;

  private static final int POLL_MILLIS = 100;
  private static final int LOOK_MILLIS = 2;

  private final UnixSocket socket;

  /** Bytes of each event's frame that the daemon may not have taken, oldest first. */
  private final ArrayDeque<Integer> unread = new ArrayDeque<>();

  private DaemonConnection(UnixSocket socket) {
    this.socket = socket;
  }

  /** Connects and sends the connect message. */
  static DaemonConnection open(Path path, ByteBuffer connectMessage) throws IOException {
    var connection = new DaemonConnection(UnixSocket.connect(path));
    try {
      connection.send(connectMessage);
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /** Writes the whole frame of an event. The daemon discards a partial one. */
  void write(ByteBuffer frame) throws IOException {
    send(frame);
    unread.add(frame.capacity());
  }

  /** Writes the last frame, and waits until the daemon has taken all, for at most this time. */
  void end(ByteBuffer frame, long millis) throws IOException, InterruptedException {
    send(frame);
    long until = System.nanoTime() + millis * 1_000_000;
    while (socket.unreadBytes() > 0 && !socket.isHungUp() && System.nanoTime() - until < 0) {
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private void send(ByteBuffer frame) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(frame.capacity());
      bytes.copyFrom(MemorySegment.ofBuffer(frame.rewind()));
      for (long done = 0; done < bytes.byteSize(); ) {
        long sent = socket.send(bytes.asSlice(done));
        if (sent == 0 && Thread.currentThread().isInterrupted()) {
          throw new IOException("interrupted");
        }
        if (sent == 0) {
          socket.awaitRoom(POLL_MILLIS);
        }
        done += sent;
      }
    }
  }

  /**
   * Returns how many events were written and not taken by the daemon; at most one or a few more, as
   * the kernel tells bytes with its own overhead. If the daemon closed the connection with events
   * unread: how many were so at the last look.
   */
  int unread() {
    long bytes = socket.unreadBytes();
    if (socket.isReset()) {
      return unread.size();
    }
    // Of a connection that the daemon closed after it took all, the kernel says 0.
    int frames = 0;
    for (Iterator<Integer> newest = unread.descendingIterator(); newest.hasNext(); frames++) {
      bytes -= newest.next() + FRAME_OVERHEAD;
      if (bytes < 0) {
        break;
      }
    }
    while (unread.size() > frames) {
      var _ = unread.removeFirst();
    }
    return frames;
  }

  @Override
  public void close() {
    socket.close();
  }
}
