package io.dropwatch.output;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The stream of a writer: one call per event, and no more after the first failure. */
final class LineOutput {
  private final OutputStream stream;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable IOException failure;
  private boolean closed;

  LineOutput(OutputStream stream) {
    this.stream = stream;
  }

  /** Writes whole lines: the first {@code length} bytes, which the caller may then overwrite. */
  void write(byte[] lines, int length) {
    begin();
    try {
      stream.write(lines, 0, length);
      checkPrintStream();
    } catch (IOException e) {
      failure = e;
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  void flush() {
    begin();
    try {
      stream.flush();
      checkPrintStream();
    } catch (IOException e) {
      failure = e;
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      stream.close();
      checkPrintStream();
    } catch (IOException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the lock.
   *
   * @throws UncheckedIOException if the stream failed before or is closed; the lock is not held
   *     then
   */
  private void begin() {
    lock.lock();
    if (failure != null || closed) {
      lock.unlock();
      throw failed(failure != null ? failure : new IOException("the writer is closed"));
    }
  }

  // A PrintStream, such as System.out, throws no exceptions.
  private void checkPrintStream() throws IOException {
    if (stream instanceof PrintStream print && print.checkError()) {
      throw new IOException("the PrintStream reports an error, such as a closed pipe");
    }
  }

  private static UncheckedIOException failed(IOException cause) {
    return new UncheckedIOException("cannot write events: " + cause.getMessage(), cause);
  }
}
