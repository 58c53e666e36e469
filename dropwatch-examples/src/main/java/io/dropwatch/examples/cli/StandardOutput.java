package io.dropwatch.examples.cli;

import io.dropwatch.examples.terminal.PipeReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Stdout for events: buffered, because under a flood a system call for each line would be the
 * bottleneck; and flushed soon, because {@code | jq} shall see a line when it is written and not
 * when the buffer is full.
 *
 * <p>Thread-safe. Also notices when the reader of a pipe leaves while no event comes, as {@code |
 * head -1} does.
 */
final class StandardOutput extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long FLUSH_MILLIS = 50;

  private final OutputStream raw = new FileOutputStream(FileDescriptor.out);
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Runnable onReaderGone;
  private int filled;
  private boolean closed;
  private @Nullable IOException failure;

  /**
   * Starts the thread that flushes.
   *
   * @param onReaderGone called at least once when stdout takes no more
   */
  StandardOutput(Runnable onReaderGone) {
    this.onReaderGone = onReaderGone;
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

  /** Flushes for the last time; a reader that left is no failure here. */
  @Override
  public synchronized void close() {
    try {
      flush();
    } catch (IOException e) {
      // Nobody is left to read it.
    }
    closed = true;
    notifyAll();
  }

  /**
   * Why stdout takes no more, such as a full disk; null also when it is only that its reader left.
   */
  synchronized @Nullable IOException failure() {
    return PipeReader.hasLeft(1) ? null : failure;
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

  // Tells without the lock: whoever is told waits for a writer, who may wait for the lock.
  private void keepFlushing() {
    if (!flushUntilClosed()) {
      onReaderGone.run();
    }
  }

  /** False when it ended because nothing more can be written. */
  private synchronized boolean flushUntilClosed() {
    try {
      while (!closed) {
        flush();
        if (failure != null || PipeReader.hasLeft(1)) {
          return false;
        }
        wait(FLUSH_MILLIS);
      }
      return true;
    } catch (IOException e) {
      // Remembered: the next write reports it.
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
