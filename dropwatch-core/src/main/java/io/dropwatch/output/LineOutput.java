package io.dropwatch.output;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The stream behind a writer: one call per event, and silence after the first failure. */
final class LineOutput {
  @FunctionalInterface
  private interface Action {
    void on(OutputStream stream) throws IOException;
  }

  private final OutputStream stream;
  // Not synchronized: a full pipe blocks the writer, which must not pin a virtual thread's carrier.
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable IOException failure;
  private boolean closed;

  LineOutput(OutputStream stream) {
    this.stream = stream;
  }

  void write(byte[] lines) {
    perform(to -> to.write(lines));
  }

  void flush() {
    perform(OutputStream::flush);
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

  private void perform(Action action) {
    lock.lock();
    try {
      if (failure != null) {
        throw failed(failure);
      }
      if (closed) {
        throw failed(new IOException("the writer is closed"));
      }
      action.on(stream);
      checkPrintStream();
    } catch (IOException e) {
      failure = e;
      throw failed(e);
    } finally {
      lock.unlock();
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
