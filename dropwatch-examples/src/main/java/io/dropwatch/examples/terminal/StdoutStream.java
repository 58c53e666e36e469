package io.dropwatch.examples.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.dropwatch.bpf.Errno;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes to standard output by write(2) and knows how many bytes it took: FileOutputStream does not
 * tell how much of a write a full disk still accepted. After a failure nothing more is written.
 * Unbuffered. One thread writes; the other methods are for any thread.
 */
public final class StdoutStream extends OutputStream {
  private static final int FD = 1;
  private static final int EINTR = 4;
  private static final int EBADF = 9;
  private static final int EAGAIN = 11;
  private static final int CHUNK_BYTES = 1 << 16;
  private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle WRITE =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("write"),
              FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG),
              Linker.Option.captureCallState("errno"));

  private final MemorySegment state = Arena.global().allocate(CALL_STATE);
  private final MemorySegment chunk = Arena.global().allocate(CHUNK_BYTES);
  private final AtomicLong written = new AtomicLong();
  private volatile @Nullable IOException failure;

  StdoutStream() {}

  /** Returns the number of bytes that stdout took. */
  public long written() {
    return written.get();
  }

  /** Returns why stdout takes no more bytes; null while it does. */
  @Nullable IOException failure() {
    return failure;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int size = Math.min(length - done, CHUNK_BYTES);
      MemorySegment.copy(bytes, offset + done, chunk, JAVA_BYTE, 0, size);
      writeChunk(size);
      done += size;
    }
  }

  private void writeChunk(int size) throws IOException {
    IOException known = failure;
    if (known != null) {
      throw known;
    }
    for (int done = 0; done < size; ) {
      long result = call(chunk.asSlice(done), size - done);
      if (result < 0) {
        retryOrFail((int) ERRNO.get(state, 0L));
      } else {
        done += (int) result;
        written.addAndGet(result);
      }
    }
  }

  private void retryOrFail(int errno) throws IOException {
    switch (errno) {
      case EINTR -> {}
      // Another process with the same terminal has made it non-blocking.
      case EAGAIN -> Stdout.awaitRoom();
      default -> {
        String why =
            errno == EBADF
                ? "it is closed; to discard the output, redirect it to /dev/null"
                : Errno.of(errno).description();
        IOException failed = new IOException(why);
        failure = failed;
        throw failed;
      }
    }
  }

  private long call(MemorySegment from, long size) {
    try {
      return (long) WRITE.invokeExact(state, FD, from, size);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("write throws nothing", e);
    }
  }
}
