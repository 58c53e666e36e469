package io.dropwatch.bpf;

import static io.dropwatch.bpf.NativeCall.CAPTURE;
import static io.dropwatch.bpf.NativeCall.LINKER;
import static io.dropwatch.bpf.NativeCall.STATE;
import static io.dropwatch.bpf.NativeCall.capturing;
import static io.dropwatch.bpf.NativeCall.errno;
import static io.dropwatch.bpf.NativeCall.result;
import static io.dropwatch.bpf.NativeCall.unexpected;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The calls of libc that rings need. Results are as in {@link LibbpfCalls}. */
final class LibcCalls {
  private static final long MAP_FAILED = -1;

  /** The size of {@code struct epoll_event}; 12 on x86-64, where it is packed. */
  static final int EPOLL_EVENT_BYTES = 16;

  private static final class EventFd {
    static final MethodHandle HANDLE =
        capturing(LibbpfHeaders.eventfd$address(), LibbpfHeaders.eventfd$descriptor());
  }

  private static final class Map {
    static final MethodHandle HANDLE =
        capturing(LibbpfHeaders.mmap$address(), LibbpfHeaders.mmap$descriptor());
  }

  private static final class EpollCreate {
    static final MethodHandle HANDLE =
        capturing(LibbpfHeaders.epoll_create1$address(), LibbpfHeaders.epoll_create1$descriptor());
  }

  private static final class EpollControl {
    static final MethodHandle HANDLE =
        capturing(LibbpfHeaders.epoll_ctl$address(), LibbpfHeaders.epoll_ctl$descriptor());
  }

  private static final class EpollWait {
    static final MethodHandle HANDLE =
        capturing(LibbpfHeaders.epoll_wait$address(), LibbpfHeaders.epoll_wait$descriptor());
  }

  private static final class Fcntl {
    static final MethodHandle HANDLE =
        LINKER.downcallHandle(
            LibbpfHeaders.fcntl.address(),
            FunctionDescriptor.of(
                LibbpfHeaders.C_INT, LibbpfHeaders.C_INT, LibbpfHeaders.C_INT, LibbpfHeaders.C_INT),
            Linker.Option.firstVariadicArg(2),
            CAPTURE);
  }

  /** Not from the bindings, because those load libbpf. */
  private static final class InterfaceIndex {
    static final MethodHandle HANDLE =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("if_nametoindex"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
  }

  private LibcCalls() {}

  /** Adds one to an eventfd. Failing because the counter is full has the same effect. */
  static void signal(int eventFd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
      var _ = LibbpfHeaders.write(eventFd, one, one.byteSize());
    }
  }

  static void close(int fd) {
    var _ = LibbpfHeaders.close(fd);
  }

  /** {@return a new eventfd(2)} */
  static int eventFd() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int flags = LibbpfHeaders.EFD_CLOEXEC() | LibbpfHeaders.EFD_NONBLOCK();
      return result((int) EventFd.HANDLE.invokeExact(state, 0, flags), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** mmap(2), shared: {@return the address, or a negated errno} */
  static long map(int fd, long bytes, boolean writable, long offset) {
    int protection = LibbpfHeaders.PROT_READ() | (writable ? LibbpfHeaders.PROT_WRITE() : 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment result =
          (MemorySegment)
              Map.HANDLE.invokeExact(
                  state,
                  MemorySegment.NULL,
                  bytes,
                  protection,
                  LibbpfHeaders.MAP_SHARED(),
                  fd,
                  offset);
      return result.address() != MAP_FAILED ? result.address() : -errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void unmap(MemorySegment mapping) {
    var _ = LibbpfHeaders.munmap(mapping, mapping.byteSize());
  }

  /** {@return a new epoll(7) descriptor} */
  static int epollCreate() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return result(
          (int) EpollCreate.HANDLE.invokeExact(state, LibbpfHeaders.EPOLL_CLOEXEC()), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Adds a descriptor to wait for input on, level-triggered or edge-triggered. */
  static int epollAdd(int epollFd, int fd, boolean edgeTriggered) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      // Only the first member is used, so packing does not matter.
      MemorySegment event = arena.allocate(EPOLL_EVENT_BYTES, Long.BYTES);
      int events = LibbpfHeaders.EPOLLIN() | (edgeTriggered ? LibbpfHeaders.EPOLLET() : 0);
      event.set(ValueLayout.JAVA_INT, 0, events);
      int operation = LibbpfHeaders.EPOLL_CTL_ADD();
      return result(
          (int) EpollControl.HANDLE.invokeExact(state, epollFd, operation, fd, event), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** epoll_wait(2). It blocks, so it must not be a critical call. */
  static int epollWait(int epollFd, MemorySegment events, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int max = (int) (events.byteSize() / EPOLL_EVENT_BYTES);
      return result(
          (int) EpollWait.HANDLE.invokeExact(state, epollFd, events, max, timeoutMillis), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@return a duplicate of a descriptor, closed on exec} */
  static int duplicate(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int command = LibbpfHeaders.F_DUPFD_CLOEXEC();
      return result((int) Fcntl.HANDLE.invokeExact(state, fd, command, 0), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** if_nametoindex(3): {@return the ifindex, 0 if there is no device of this name} */
  static int interfaceIndex(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) InterfaceIndex.HANDLE.invokeExact(arena.allocateFrom(name));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
