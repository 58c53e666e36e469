package io.dropwatch.output;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The stream behind a writer: one call per event, and silence after the first failure. */
final class LineOutput {
  private final OutputStream stream;
  // Not synchronized: a full pipe blocks the writer, which must not pin a virtual thread's carrier.
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable IOException failure;
  private boolean closed;

  LineOutput(OutputStream stream) {
    this.stream = stream;
  }

  /** Whole lines: the first bytes of an array that may be written to again after this. */
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

  /** Takes the lock, if anything may still be written. */
  private void begin() {
    lock.lock();
    if (failure != null || closed) {
      lock.unlock();
      throw failed(failure != null ? failure : new IOException("the writer is closed"));
    }
  }

  // System.out swallows errors and has to be asked.
  private void checkPrintStream() throws IOException {
    if (stream instanceof PrintStream print && print.checkError()) {
      throw new IOException("the stream reports an error, such as a pipe whose reader left");
    }
  }

  private static UncheckedIOException failed(IOException cause) {
    return new UncheckedIOException("cannot write events: " + cause.getMessage(), cause);
  }
}
