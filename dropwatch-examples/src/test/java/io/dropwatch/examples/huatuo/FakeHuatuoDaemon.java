package io.dropwatch.examples.huatuo;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Listens on a Unix socket as huatuo-bamai does. */
public final class FakeHuatuoDaemon implements AutoCloseable {
  private static final long TIMEOUT_NANOS = 20_000_000_000L;

  private final Path socket;
  private final ServerSocketChannel server;
  private final boolean reading;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final List<SocketChannel> connections = new ArrayList<>();
  private final Thread accepting;
  private int ended;

  private FakeHuatuoDaemon(Path socket, boolean reading) throws IOException {
    this.socket = socket;
    this.reading = reading;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    accepting = Thread.ofPlatform().daemon().start(this::accept);
  }

  /** Starts a daemon that reads everything. */
  public static FakeHuatuoDaemon reading(Path socket) throws IOException {
    return new FakeHuatuoDaemon(socket, true);
  }

  /** Starts a daemon that accepts connections and never reads. */
  public static FakeHuatuoDaemon stalled(Path socket) throws IOException {
    return new FakeHuatuoDaemon(socket, false);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = server.accept();
        synchronized (this) {
          connections.add(connection);
          notifyAll();
        }
        if (reading) {
          read(connection);
        }
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void read(SocketChannel connection) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    while (connection.read(buffer) >= 0) {
      synchronized (this) {
        received.write(buffer.array(), 0, buffer.position());
        notifyAll();
      }
      buffer.clear();
    }
    synchronized (this) {
      ended++;
      notifyAll();
    }
  }

  /** Waits for this many whole messages and returns all that have arrived, decoded. */
  public synchronized List<String> awaitMessages(int count) throws Exception {
    await(() -> frames().size() >= count, count + " messages");
    var stream = new ByteArrayOutputStream();
    for (byte[] frame : frames()) {
      stream.write(frame);
    }
    return CapnpDecode.messages(stream.toByteArray());
  }

  /** Waits until a client has closed its connection. */
  public void awaitEnd() throws InterruptedException {
    await(() -> ended > 0, "the end of a connection");
  }

  /** Waits for a connection. */
  void awaitConnection() throws InterruptedException {
    await(() -> !connections.isEmpty(), "a connection");
  }

  private synchronized void await(BooleanSupplier condition, String what)
      throws InterruptedException {
    long until = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        fail("waited for " + what);
      }
      wait(100);
    }
  }

  private List<byte[]> frames() {
    byte[] bytes = received.toByteArray();
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> frames = new ArrayList<>();
    int place = 0;
    while (place + 8 <= bytes.length) {
      int end = place + 8 + 8 * header.getInt(place + 4);
      if (end > bytes.length) {
        break;
      }
      frames.add(Arrays.copyOfRange(bytes, place, end));
      place = end;
    }
    return frames;
  }

  /** Closes the connections and removes the socket file. */
  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(socket);
    synchronized (this) {
      for (SocketChannel connection : connections) {
        // Unread bytes are lost, as when a process ends.
        connection.close();
      }
    }
    // A running read keeps the socket open until its thread returns.
    try {
      accepting.join(TIMEOUT_NANOS / 1_000_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
