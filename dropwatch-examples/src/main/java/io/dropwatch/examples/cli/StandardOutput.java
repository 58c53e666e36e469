package io.dropwatch.examples.cli;

import io.dropwatch.examples.terminal.Stdout;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Buffered stdout for events: a flood needs few system calls, and a thread flushes every 50 ms so
 * that {@code | jq} sees a line soon. The thread also notices when the reader of a pipe leaves
 * while no events come, as {@code | head -1} does. Counts the events that stdout took whole; each
 * is one call of {@link #write(byte[], int, int)}. Thread-safe.
 */
final class StandardOutput extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long FLUSH_MILLIS = 50;

  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Runnable onClosed;
  private int filled;
  private boolean closed;

  // For each event in the buffer, where it ends, in bytes from the start of the stream.
  private long[] ends = new long[1024];
  private int waiting;
  private long accepted;
  private final AtomicLong events = new AtomicLong();

  /**
   * Starts the thread that flushes.
   *
   * @param onClosed runs when stdout accepts no more bytes
   */
  StandardOutput(Runnable onClosed) {
    this.onClosed = onClosed;
    Thread.ofPlatform().name("stdout").daemon().start(this::keepFlushing);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > BUFFER_BYTES - filled) {
      flush();
    }
    accepted += length;
    if (waiting == ends.length) {
      ends = Arrays.copyOf(ends, 2 * waiting);
    }
    ends[waiting++] = accepted;
    if (length > BUFFER_BYTES) {
      writeRaw(bytes, offset, length);
    } else {
      System.arraycopy(bytes, offset, buffer, filled, length);
      filled += length;
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    if (filled > 0) {
      int length = filled;
      filled = 0;
      writeRaw(buffer, 0, length);
    }
  }

  /** Flushes and stops the thread. */
  @Override
  public synchronized void close() {
    try {
      flush();
    } catch (IOException e) {
      // The stream knows.
    }
    closed = true;
    notifyAll();
  }

  /** Returns the number of events that stdout took. Never waits. */
  long written() {
    return events.get();
  }

  private void writeRaw(byte[] bytes, int offset, int length) throws IOException {
    try {
      Stdout.stream().write(bytes, offset, length);
    } finally {
      int whole = 0;
      while (whole < waiting && ends[whole] <= Stdout.stream().written()) {
        whole++;
      }
      events.addAndGet(whole);
      System.arraycopy(ends, whole, ends, 0, waiting - whole);
      waiting -= whole;
    }
  }

  // Calls onClosed without the lock: it may wait for a writer that waits for the lock.
  private void keepFlushing() {
    if (!flushUntilClosed()) {
      onClosed.run();
    }
  }

  /** Returns false if stdout accepts no more bytes. */
  private synchronized boolean flushUntilClosed() {
    try {
      while (!closed) {
        flush();
        if (Stdout.isPipeClosed()) {
          return false;
        }
        wait(FLUSH_MILLIS);
      }
      return true;
    } catch (IOException e) {
      // The stream knows.
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
