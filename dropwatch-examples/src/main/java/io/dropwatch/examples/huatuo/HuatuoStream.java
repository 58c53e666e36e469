package io.dropwatch.examples.huatuo;

import io.dropwatch.DropEvent;
import io.dropwatch.output.EventWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * Events for a <i>huatuo-bamai</i> daemon, through its Unix socket.
 *
 * <p>{@link #write} never waits and never fails: it puts the event into a bounded buffer, which a
 * thread of this stream's turns into JSON and sends. An event that finds the buffer full is dropped
 * and counted, so what is sent is in order and shows how a burst began. When the daemon goes, the
 * stream connects again (after 100 ms, then twice as long each time, at most 5 s) and sends the
 * event that was under way once more. Thread-safe.
 *
 * <pre>{@code
 * try (var stream = HuatuoStream.open(socket, "0.1", "task", System.err::println);
 *     var watcher = DropWatcher.builder().onEvent(stream::write).start()) { … }
 * }</pre>
 */
public final class HuatuoStream implements EventWriter {
  /** Events that wait for the daemon at most: some 20 MB. */
  public static final int BUFFERED_EVENTS = 8192;

  private static final String TOOL_NAME = "dropwatch";
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 100;

  /** How long {@link #close} goes on sending what waits. */
  private static final Duration TIME_TO_END = Duration.ofSeconds(3);

  private final Path socket;
  private final ByteBuffer introduction;
  private final Consumer<String> notices;
  private final BlockingQueue<DropEvent> buffer = new ArrayBlockingQueue<>(BUFFERED_EVENTS);
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong reconnects = new AtomicLong();
  private final Thread sender;
  private volatile boolean closing;
  // The sender's, once it runs.
  private @Nullable DaemonConnection connection;

  private HuatuoStream(Path socket, ByteBuffer introduction, Consumer<String> notices)
      throws IOException {
    this.socket = socket;
    this.introduction = introduction;
    this.notices = notices;
    this.connection = DaemonConnection.open(socket, introduction);
    this.sender = Thread.ofPlatform().name("huatuo stream").daemon().unstarted(this::send);
  }

  /**
   * Connects to the daemon.
   *
   * @param socket path of the daemon's socket
   * @param version of this tool, for the daemon
   * @param taskId the daemon's name for this session; may be empty
   * @param notices gets a line when the connection is lost, and one when it is there again; called
   *     on the thread that sends
   * @throws UncheckedIOException if no daemon listens there now
   */
  public static HuatuoStream open(
      Path socket, String version, String taskId, Consumer<String> notices) {
    try {
      var stream =
          new HuatuoStream(socket, CapnpFrames.connect(TOOL_NAME, version, taskId), notices);
      stream.sender.start();
      return stream;
    } catch (IOException | IllegalArgumentException e) {
      throw new UncheckedIOException(
          "cannot connect to a huatuo-bamai daemon at %s: %s; start the daemon, or give the path of its socket"
              .formatted(socket, e.getMessage()),
          e instanceof IOException failed ? failed : new IOException(e));
    }
  }

  /** Takes an event without waiting; it is lost where the buffer is full or this is closed. */
  @Override
  public void write(DropEvent event) {
    accepted.incrementAndGet();
    if (closing || !buffer.offer(event)) {
      lost.incrementAndGet();
    }
  }

  /** Does nothing: events are sent as soon as the daemon takes them. */
  @Override
  public void flush() {}

  /** What became of the events so far. */
  public StreamStatistics statistics() {
    // Outcomes before their causes, or something would seem to wait that does not.
    long sentNow = sent.get();
    long lostNow = lost.get();
    return new StreamStatistics(
        Math.max(accepted.get(), sentNow + lostNow), sentNow, lostNow, reconnects.get());
  }

  /**
   * Sends what waits, for three seconds at most, tells the daemon that nothing follows, and
   * disconnects. What could not be sent is lost, and counted. A second call does nothing.
   */
  @Override
  public void close() {
    closing = true;
    boolean interrupted = false;
    long until = System.nanoTime() + TIME_TO_END.toNanos();
    while (sender.isAlive()) {
      try {
        if (!sender.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())))) {
          sender.interrupt();
          until = System.nanoTime() + TIME_TO_END.toNanos();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    // One that was written while the sender ended.
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
        }
      }
      if (connection != null) {
        connection.write(CapnpFrames.end());
      }
    } catch (InterruptedException e) {
      // The time to end is over: the rest is lost.
    } catch (IOException e) {
      // The daemon went before the end; every event had been sent.
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
      (done ? sent : lost).incrementAndGet();
    }
  }

  private void deliver(ByteBuffer frame) throws InterruptedException {
    while (true) {
      try {
        connected().write(frame);
        return;
      } catch (IOException e) {
        disconnect();
        // A channel turns an interrupt into an exception of its own.
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedException();
        }
        notices.accept(
            "the connection to %s is lost (%s); events wait, and connecting goes on"
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
        known = DaemonConnection.open(socket, introduction);
        reconnects.incrementAndGet();
        notices.accept("connected to %s again".formatted(socket));
      } catch (IOException e) {
        pause = pause.multipliedBy(2);
        if (pause.compareTo(LONGEST_PAUSE) > 0) {
          pause = LONGEST_PAUSE;
        }
      }
    }
    connection = known;
    return known;
  }

  private void disconnect() {
    if (connection != null) {
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
