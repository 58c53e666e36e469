package io.dropwatch.examples.cli;

import io.dropwatch.examples.terminal.Stdout;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Buffered stdout for events: a flood needs few system calls, and a thread flushes every 50 ms so
 * that {@code | jq} sees a line soon. The thread also notices when the reader of a pipe leaves
 * while no events come, as {@code | head -1} does. Thread-safe.
 */
final class StandardOutput extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long FLUSH_MILLIS = 50;

  private final OutputStream raw = new FileOutputStream(FileDescriptor.out);
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Runnable onClosed;
  private int filled;
  private boolean closed;
  private @Nullable IOException failure;

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

  /** Flushes and stops the thread. A failure is reported by {@link #failure}. */
  @Override
  public synchronized void close() {
    try {
      flush();
    } catch (IOException e) {
      // Kept in `failure`.
    }
    closed = true;
    notifyAll();
  }

  /**
   * Returns why stdout accepts no more bytes, such as a full disk; null if its reader closed it.
   */
  synchronized @Nullable IOException failure() {
    return Stdout.isPipeClosed() ? null : failure;
  }

  private void writeRaw(byte[] bytes, int offset, int length) throws IOException {
    if (failure != null) {
      throw failure;
    }
    try {
      raw.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
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
        if (failure != null || Stdout.isPipeClosed()) {
          return false;
        }
        wait(FLUSH_MILLIS);
      }
      return true;
    } catch (IOException e) {
      // Kept in `failure`.
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
