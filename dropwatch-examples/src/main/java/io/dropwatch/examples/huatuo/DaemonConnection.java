package io.dropwatch.examples.huatuo;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A connection to the daemon. Writing blocks while the daemon does not read; interrupting the
 * thread ends the wait and closes the connection.
 */
final class DaemonConnection implements AutoCloseable {
  private final SocketChannel channel;

  private DaemonConnection(SocketChannel channel) {
    this.channel = channel;
  }

  /** Connects and sends the connect message. */
  static DaemonConnection open(Path socket, ByteBuffer connectMessage) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    var connection = new DaemonConnection(channel);
    try {
      connection.write(connectMessage);
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /** Writes a whole frame. The daemon discards a partial one. */
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
      // Everything has been sent.
    }
  }
}
