package io.dropwatch.output;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as lines in the format of a subclass: one call of the stream per event, and no more
 * after the first failure.
 */
public abstract class LineWriter implements EventWriter {
  private interface Action {
    void run() throws IOException;
  }

  private final OutputStream stream;
  // Not synchronized: a full pipe blocks the writer, which must not pin a virtual thread's carrier.
  final ReentrantLock lock = new ReentrantLock();
  private @Nullable IOException failure;
  private boolean closed;

  /** Creates a writer to a stream, which {@link #close} closes. */
  protected LineWriter(OutputStream stream) {
    this.stream = Objects.requireNonNull(stream, "stream");
  }

  /**
   * Writes whole lines: the first {@code length} bytes, which the caller may then overwrite.
   *
   * @throws UncheckedIOException as {@link EventWriter#write}
   */
  protected final void writeLines(byte[] lines, int length) {
    run(() -> stream.write(lines, 0, length));
  }

  @Override
  public final void flush() {
    run(stream::flush);
  }

  private void run(Action action) {
    lock.lock();
    try {
      if (failure != null || closed) {
        throw failed(failure != null ? failure : new IOException("the writer is closed"));
      }
      action.run();
      checkPrintStream();
    } catch (IOException e) {
      failure = e;
      throw failed(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public final void close() {
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
