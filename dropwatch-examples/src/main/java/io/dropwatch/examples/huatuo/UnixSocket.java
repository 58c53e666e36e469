package io.dropwatch.examples.huatuo;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.dropwatch.bpf.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A stream socket of unix(7) that tells how much its peer has not read, which SocketChannel does
 * not. For one thread.
 */
final class UnixSocket implements AutoCloseable {
  private static final short AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x8_0000;
  private static final int PATH_BYTES = 108;
  private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
  private static final long SIOCOUTQ = 0x5411;
  private static final short POLLOUT = 4;
  private static final short POLLERR = 8;
  private static final short POLLHUP = 16;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ECONNRESET = 104;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET =
      handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CONNECT =
      handle("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SEND =
      handle("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle POLL =
      handle("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle IOCTL =
      handle(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final int fd;
  private boolean reset;

  private UnixSocket(int fd) {
    this.fd = fd;
  }

  static UnixSocket connect(Path path) throws IOException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length >= PATH_BYTES) {
      throw new IOException("the path of a socket has at most " + (PATH_BYTES - 1) + " bytes");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int fd = (int) SOCKET.invokeExact(state, (int) AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
      if (fd < 0) {
        throw failed(state);
      }
      UnixSocket socket = new UnixSocket(fd);
      MemorySegment address = arena.allocate(2 + PATH_BYTES, 2);
      address.set(JAVA_SHORT, 0, AF_UNIX);
      MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
      int done = (int) CONNECT.invokeExact(state, fd, address, (int) address.byteSize());
      if (done < 0) {
        IOException failure = failed(state);
        socket.close();
        throw failure;
      }
      return socket;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Sends what fits; returns the number of bytes, 0 if none do. */
  long send(MemorySegment bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long sent =
          (long) SEND.invokeExact(state, fd, bytes, bytes.byteSize(), MSG_DONTWAIT_NOSIGNAL);
      if (sent >= 0) {
        return sent;
      }
      int errno = (int) ERRNO.get(state, 0L);
      if (errno == EAGAIN || errno == EINTR) {
        return 0;
      }
      reset |= errno == ECONNRESET;
      throw failed(state);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Waits until more can be sent, the peer closes, or the time is over. */
  void awaitRoom(int millis) {
    var _ = poll(POLLOUT, millis);
  }

  /** Returns whether the peer closed the connection and left something unread. */
  boolean isReset() {
    reset |= (poll((short) 0, 0) & POLLERR) != 0;
    return reset;
  }

  /** Returns whether the peer closed the connection. */
  boolean isHungUp() {
    return (poll((short) 0, 0) & (POLLHUP | POLLERR)) != 0;
  }

  /**
   * Returns how many bytes the peer has not read, as the kernel counts memory; 0 once the peer
   * closed the connection.
   */
  long unreadBytes() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(JAVA_INT);
      int done = (int) IOCTL.invokeExact(arena.allocate(CALL_STATE), fd, SIOCOUTQ, bytes);
      return done < 0 ? 0 : bytes.get(JAVA_INT, 0);
    } catch (Throwable e) {
      throw new AssertionError("ioctl throws nothing", e);
    }
  }

  private short poll(short events, int millis) {
    try (Arena arena = Arena.ofConfined()) {
      // struct pollfd: int fd; short events; short revents.
      MemorySegment pollfd = arena.allocate(8, 4);
      pollfd.set(JAVA_INT, 0, fd);
      pollfd.set(JAVA_SHORT, 4, events);
      int ready = (int) POLL.invokeExact(arena.allocate(CALL_STATE), pollfd, 1L, millis);
      return ready > 0 ? pollfd.get(JAVA_SHORT, 6) : 0;
    } catch (Throwable e) {
      throw new AssertionError("poll throws nothing", e);
    }
  }

  @Override
  public void close() {
    try (Arena arena = Arena.ofConfined()) {
      int done = (int) CLOSE.invokeExact(arena.allocate(CALL_STATE), fd);
      assert done == 0;
    } catch (Throwable e) {
      throw new AssertionError("close throws nothing", e);
    }
  }

  private static IOException failed(MemorySegment state) {
    return new IOException(Errno.of((int) ERRNO.get(state, 0L)).description());
  }

  private static IOException rethrown(Throwable e) throws IOException {
    switch (e) {
      case IOException failure -> throw failure;
      case RuntimeException unchecked -> throw unchecked;
      case Error error -> throw error;
      default -> throw new AssertionError("native calls throw nothing", e);
    }
  }

  private static MethodHandle handle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    Linker.Option[] all = Arrays.copyOf(options, options.length + 1);
    all[options.length] = Linker.Option.captureCallState("errno");
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, all);
  }
}
