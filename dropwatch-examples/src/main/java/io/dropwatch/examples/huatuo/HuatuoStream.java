package io.dropwatch.examples.huatuo;

import io.dropwatch.DropEvent;
import io.dropwatch.output.EventWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends events to a <i>huatuo-bamai</i> daemon through its Unix socket.
 *
 * <p>{@link #write} never blocks and never fails: it adds the event to a bounded buffer, and a
 * thread of the stream sends it as JSON. If the buffer is full, the event is dropped and counted.
 * After a lost connection the stream reconnects (after 100 ms, then after twice the time of the
 * last attempt, at most 5 s) and sends the interrupted event again. Thread-safe.
 *
 * <pre>{@code
 * try (var stream = HuatuoStream.open(socket, "0.1", "task", System.err::println);
 *     var watcher = DropWatcher.builder().onEvent(stream::write).start()) { … }
 * }</pre>
 */
public final class HuatuoStream implements EventWriter {
  /** Capacity of the buffer, in events: about 20 MB. */
  public static final int BUFFERED_EVENTS = 8192;

  private static final String TOOL_NAME = "dropwatch";
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 100;

  /** How long {@link #close} keeps sending buffered events. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

  /** How long {@link #close} waits for the daemon to take what is in the socket. */
  private static final long CONFIRM_MILLIS = 1000;

  private final Path socket;
  private final ByteBuffer connectMessage;
  private final Consumer<String> notices;
  private final BlockingQueue<DropEvent> buffer = new ArrayBlockingQueue<>(BUFFERED_EVENTS);
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong unconfirmed = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong reconnects = new AtomicLong();
  private final Thread sender;
  private volatile boolean closing;
  // Of the connection, as of the last look.
  private volatile int unread;
  // Used by the sender thread only, once it runs.
  private @Nullable DaemonConnection connection;

  private HuatuoStream(Path socket, ByteBuffer connectMessage, Consumer<String> notices)
      throws IOException {
    this.socket = socket;
    this.connectMessage = connectMessage;
    this.notices = notices;
    this.connection = DaemonConnection.open(socket, connectMessage);
    this.sender = Thread.ofPlatform().name("huatuo stream").daemon().unstarted(this::send);
  }

  /**
   * Connects to the daemon.
   *
   * @param socket path of the daemon's socket
   * @param version version of this tool, reported to the daemon
   * @param taskId ID of the daemon's task, may be empty
   * @param notices receives a line when the connection is lost and when it is restored, on the
   *     sender thread
   * @throws IOException if no daemon listens on the socket
   */
  public static HuatuoStream open(
      Path socket, String version, String taskId, Consumer<String> notices) throws IOException {
    try {
      var stream =
          new HuatuoStream(socket, CapnpFrames.connect(TOOL_NAME, version, taskId), notices);
      stream.sender.start();
      return stream;
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "cannot connect to a huatuo-bamai daemon at %s: %s; start the daemon, or give the path of its socket"
              .formatted(socket, e.getMessage()),
          e);
    }
  }

  /** Buffers an event. It is lost if the buffer is full or the stream is closed. */
  @Override
  public void write(DropEvent event) {
    accepted.incrementAndGet();
    if (closing || !buffer.offer(event)) {
      lost.incrementAndGet();
    }
  }

  /** Does nothing: buffered events are sent as soon as possible. */
  @Override
  public void flush() {}

  /** Returns how many events were sent and lost so far. */
  public StreamStatistics statistics() {
    // Read the outcomes first: an event counted later would seem to be waiting.
    long inSocket = unconfirmed.get() + unread;
    long writtenNow = Math.max(written.get(), inSocket);
    long lostNow = lost.get();
    return new StreamStatistics(
        Math.max(accepted.get(), writtenNow + lostNow),
        writtenNow - inSocket,
        inSocket,
        lostNow,
        reconnects.get());
  }

  /**
   * Sends the buffered events, for at most three seconds, then the end of the stream, and
   * disconnects. Events that could not be sent are counted as lost, and those that the daemon
   * leaves in the socket for a second as unconfirmed. A second call does nothing.
   */
  @Override
  public void close() {
    closing = true;
    boolean interrupted = false;
    long until = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
    while (sender.isAlive()) {
      try {
        if (!sender.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())))) {
          sender.interrupt();
          until = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    // An event may have been written while the sender ended.
    discardBuffer();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void send() {
    try {
      while (!closing || !buffer.isEmpty()) {
        DropEvent event = buffer.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (event != null) {
          send(HuatuoJsonWriter.format(event, "events").getBytes(StandardCharsets.US_ASCII));
        } else if (connection != null) {
          unread = connection.unread();
        }
      }
      if (connection != null) {
        connection.end(CapnpFrames.end(), CONFIRM_MILLIS);
      }
    } catch (InterruptedException e) {
      // Timeout of close(): the rest is lost.
    } catch (IOException e) {
      // The daemon closed the connection after the last event.
    } finally {
      disconnect();
      discardBuffer();
    }
  }

  private void send(byte[] event) throws InterruptedException {
    boolean done = false;
    try {
      if (CapnpFrames.fits(event.length)) {
        deliver(CapnpFrames.chunk(event));
        done = true;
      }
    } finally {
      if (!done) {
        lost.incrementAndGet();
      }
    }
  }

  private void deliver(ByteBuffer frame) throws InterruptedException {
    while (true) {
      try {
        DaemonConnection daemon = connected();
        daemon.write(frame);
        written.incrementAndGet();
        unread = daemon.unread();
        return;
      } catch (IOException e) {
        disconnect();
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedException();
        }
        notices.accept(
            "the connection to %s is lost (%s); reconnecting, events are buffered"
                .formatted(socket, e.getMessage()));
      }
    }
  }

  private DaemonConnection connected() throws InterruptedException {
    DaemonConnection known = connection;
    Duration pause = FIRST_PAUSE;
    while (known == null) {
      Thread.sleep(pause);
      try {
        known = DaemonConnection.open(socket, connectMessage);
        reconnects.incrementAndGet();
        notices.accept("reconnected to %s".formatted(socket));
      } catch (IOException e) {
        pause = pause.multipliedBy(2);
        if (pause.compareTo(MAX_PAUSE) > 0) {
          pause = MAX_PAUSE;
        }
      }
    }
    connection = known;
    return known;
  }

  private void disconnect() {
    if (connection != null) {
      unconfirmed.addAndGet(connection.unread());
      unread = 0;
      connection.close();
      connection = null;
    }
  }

  private void discardBuffer() {
    while (buffer.poll() != null) {
      lost.incrementAndGet();
    }
  }
}
