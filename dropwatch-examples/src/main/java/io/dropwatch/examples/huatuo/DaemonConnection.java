package io.dropwatch.examples.huatuo;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * One connection to the daemon. Writing waits for a daemon that does not read; an interrupt of the
 * thread ends the wait, and the connection.
 */
final class DaemonConnection implements AutoCloseable {
  private final SocketChannel channel;

  private DaemonConnection(SocketChannel channel) {
    this.channel = channel;
  }

  /** Connects and introduces the tool. */
  static DaemonConnection open(Path socket, ByteBuffer introduction) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    var connection = new DaemonConnection(channel);
    try {
      connection.write(introduction);
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /** Writes a whole frame; one that fails half-way is discarded by the daemon. */
  void write(ByteBuffer frame) throws IOException {
    frame.rewind();
    while (frame.hasRemaining()) {
      var _ = channel.write(frame);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was left to be sent.
    }
  }
}
