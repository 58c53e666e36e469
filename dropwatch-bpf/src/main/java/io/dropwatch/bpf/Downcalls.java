package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import io.dropwatch.bpf.libbpf.gen.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The one class that calls native code, through the bindings that jextract generated; the one that
 * native code calls is {@link PrintCallback}.
 *
 * <p>Everything that can fail answers as system calls do inside the kernel: zero or a positive
 * result, or a negated errno. libbpf 1.x itself answers so wherever it returns an {@code int}. Its
 * functions that return a pointer give NULL and set errno, and so does libc: those handles are
 * built again here, with the call state captured.
 */
final class Downcalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final long MAP_FAILED = -1;

  /** Of {@code struct epoll_event} where it is largest. */
  static final int EPOLL_EVENT_BYTES = 16;

  private static final class OpenMem {
    static final MethodHandle HANDLE =
        capturing(
            LibbpfHeaders.bpf_object__open_mem$address(),
            LibbpfHeaders.bpf_object__open_mem$descriptor());
  }

  private static final class Attach {
    static final MethodHandle HANDLE =
        capturing(
            LibbpfHeaders.bpf_program__attach$address(),
            LibbpfHeaders.bpf_program__attach$descriptor());
  }

  private static final class NewRaw {
    static final MethodHandle HANDLE =
        capturing(
            LibbpfHeaders.perf_buffer__new_raw$address(),
            LibbpfHeaders.perf_buffer__new_raw$descriptor());
  }

  private static final class Poll {
    static final MethodHandle HANDLE =
        capturing(LibbpfHeaders.poll$address(), LibbpfHeaders.poll$descriptor());
  }

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

  /** Not from the bindings, which load libbpf: a device's number can be asked without it. */
  private static final class InterfaceIndex {
    static final MethodHandle HANDLE =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("if_nametoindex"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
  }

  private Downcalls() {}

  private static MethodHandle capturing(MemorySegment function, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(function, descriptor, CAPTURE);
  }

  static String version() {
    return string(LibbpfHeaders.libbpf_version_string());
  }

  static int possibleCpus() {
    return LibbpfHeaders.libbpf_num_possible_cpus();
  }

  static int pageSize() {
    return LibbpfHeaders.getpagesize();
  }

  /** {@return the address of a {@code struct bpf_object}} */
  static long openObject(MemorySegment elf, MemorySegment options) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return pointer(
          (MemorySegment) OpenMem.HANDLE.invokeExact(state, elf, elf.byteSize(), options), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int loadObject(MemorySegment object) {
    return LibbpfHeaders.bpf_object__load(object);
  }

  static void closeObject(MemorySegment object) {
    LibbpfHeaders.bpf_object__close(object);
  }

  /** {@return the program, or null when the object has none of this name} */
  static @Nullable MemorySegment findProgram(MemorySegment object, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return orNull(
          LibbpfHeaders.bpf_object__find_program_by_name(object, arena.allocateFrom(name)));
    }
  }

  /** {@return the map, or null when the object has none of this name} */
  static @Nullable MemorySegment findMap(MemorySegment object, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return orNull(LibbpfHeaders.bpf_object__find_map_by_name(object, arena.allocateFrom(name)));
    }
  }

  /** {@return the program after this one, the first for null, null after the last} */
  static @Nullable MemorySegment nextProgram(
      MemorySegment object, @Nullable MemorySegment previous) {
    return orNull(
        LibbpfHeaders.bpf_object__next_program(
            object, previous == null ? MemorySegment.NULL : previous));
  }

  /** {@return the map after this one, the first for null, null after the last} */
  static @Nullable MemorySegment nextMap(MemorySegment object, @Nullable MemorySegment previous) {
    return orNull(
        LibbpfHeaders.bpf_object__next_map(
            object, previous == null ? MemorySegment.NULL : previous));
  }

  static String programName(MemorySegment program) {
    return string(LibbpfHeaders.bpf_program__name(program));
  }

  static String programSection(MemorySegment program) {
    return string(LibbpfHeaders.bpf_program__section_name(program));
  }

  static int programFd(MemorySegment program) {
    return LibbpfHeaders.bpf_program__fd(program);
  }

  static int setAutoload(MemorySegment program, boolean autoload) {
    return LibbpfHeaders.bpf_program__set_autoload(program, autoload);
  }

  static int destroyLink(MemorySegment link) {
    return LibbpfHeaders.bpf_link__destroy(link);
  }

  /** BPF_PROG_TEST_RUN with a {@code struct bpf_test_run_opts}. */
  static int testRun(int programFd, MemorySegment options) {
    return LibbpfHeaders.bpf_prog_test_run_opts(programFd, options);
  }

  /** BPF_OBJ_GET_INFO_BY_FD into a structure that the kernel fills as far as both know it. */
  static int objectInfo(int fd, MemorySegment info) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) info.byteSize());
      return LibbpfHeaders.bpf_obj_get_info_by_fd(fd, info, length);
    }
  }

  static String mapName(MemorySegment map) {
    return string(LibbpfHeaders.bpf_map__name(map));
  }

  static int mapFd(MemorySegment map) {
    return LibbpfHeaders.bpf_map__fd(map);
  }

  static int mapType(MemorySegment map) {
    return LibbpfHeaders.bpf_map__type(map);
  }

  static int keySize(MemorySegment map) {
    return LibbpfHeaders.bpf_map__key_size(map);
  }

  static int valueSize(MemorySegment map) {
    return LibbpfHeaders.bpf_map__value_size(map);
  }

  static int maxEntries(MemorySegment map) {
    return LibbpfHeaders.bpf_map__max_entries(map);
  }

  static int setMaxEntries(MemorySegment map, int entries) {
    return LibbpfHeaders.bpf_map__set_max_entries(map, entries);
  }

  /** {@return the bytes that the map starts with, writable until the load; null if it has none} */
  static @Nullable MemorySegment initialValue(MemorySegment map) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment value = orNull(LibbpfHeaders.bpf_map__initial_value(map, size));
      return value == null ? null : value.reinterpret(size.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  static int lookup(MemorySegment map, MemorySegment key, MemorySegment value) {
    return LibbpfHeaders.bpf_map__lookup_elem(map, key, key.byteSize(), value, value.byteSize(), 0);
  }

  static int update(MemorySegment map, MemorySegment key, MemorySegment value) {
    return LibbpfHeaders.bpf_map__update_elem(map, key, key.byteSize(), value, value.byteSize(), 0);
  }

  static int delete(MemorySegment map, MemorySegment key) {
    return LibbpfHeaders.bpf_map__delete_elem(map, key, key.byteSize(), 0);
  }

  static int nextKey(MemorySegment map, MemorySegment previous, MemorySegment next) {
    return LibbpfHeaders.bpf_map__get_next_key(map, previous, next, next.byteSize());
  }

  /** {@return the address of a {@code struct bpf_link}} */
  static long attach(MemorySegment program) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return pointer((MemorySegment) Attach.HANDLE.invokeExact(state, program), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@return the address of a {@code struct perf_buffer} without callback} */
  static long openPerfBuffer(
      int mapFd, long pages, MemorySegment attributes, MemorySegment options) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return pointer(
          (MemorySegment)
              NewRaw.HANDLE.invokeExact(
                  state, mapFd, pages, attributes, MemorySegment.NULL, MemorySegment.NULL, options),
          state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void freePerfBuffer(MemorySegment buffer) {
    LibbpfHeaders.perf_buffer__free(buffer);
  }

  static int perfBufferCount(MemorySegment buffer) {
    return (int) LibbpfHeaders.perf_buffer__buffer_cnt(buffer);
  }

  static int perfBufferEpollFd(MemorySegment buffer) {
    return LibbpfHeaders.perf_buffer__epoll_fd(buffer);
  }

  /**
   * {@return one ring's mapping: its control page, then its data; the size that libbpf answers is
   * that of the data alone}
   */
  static MemorySegment perfMapping(MemorySegment buffer, int index, Arena arena) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment base = call.allocate(ValueLayout.ADDRESS);
      MemorySegment size = call.allocate(ValueLayout.JAVA_LONG);
      int status = LibbpfHeaders.perf_buffer__buffer(buffer, index, base, size);
      if (status < 0) {
        throw new BpfException("cannot find ring " + index + " of a perf buffer", Errno.of(status));
      }
      return base.get(ValueLayout.ADDRESS, 0)
          .reinterpret(pageSize() + size.get(ValueLayout.JAVA_LONG, 0), arena, null);
    }
  }

  /** Adds one to an eventfd. A full counter is as good as one more. */
  static void signal(int eventFd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
      long unused = LibbpfHeaders.write(eventFd, one, one.byteSize());
    }
  }

  static void close(int fd) {
    int unused = LibbpfHeaders.close(fd);
  }

  /** poll(2). Blocks, so it is never a critical call. */
  static int poll(MemorySegment descriptors, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long count = descriptors.byteSize() / pollfd.layout().byteSize();
      return status((int) Poll.HANDLE.invokeExact(state, descriptors, count, timeoutMillis), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@return a new eventfd(2)} */
  static int eventFd() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int flags = LibbpfHeaders.EFD_CLOEXEC() | LibbpfHeaders.EFD_NONBLOCK();
      return status((int) EventFd.HANDLE.invokeExact(state, 0, flags), state);
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
      return result.address() != MAP_FAILED ? result.address() : -failure(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void unmap(MemorySegment mapping) {
    int unused = LibbpfHeaders.munmap(mapping, mapping.byteSize());
  }

  /** {@return a new epoll(7) descriptor} */
  static int epollCreate() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return status(
          (int) EpollCreate.HANDLE.invokeExact(state, LibbpfHeaders.EPOLL_CLOEXEC()), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Waits for a descriptor's input: while it is there, or each time that its owner wakes us. */
  static int epollAdd(int epollFd, int fd, boolean eachWakeup) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      // struct epoll_event is packed on x86-64 only; its first field is all that is used.
      MemorySegment event = arena.allocate(EPOLL_EVENT_BYTES, Long.BYTES);
      int events = LibbpfHeaders.EPOLLIN() | (eachWakeup ? LibbpfHeaders.EPOLLET() : 0);
      event.set(ValueLayout.JAVA_INT, 0, events);
      int operation = LibbpfHeaders.EPOLL_CTL_ADD();
      return status(
          (int) EpollControl.HANDLE.invokeExact(state, epollFd, operation, fd, event), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** epoll_wait(2). Blocks, so it is never a critical call. */
  static int epollWait(int epollFd, MemorySegment events, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int most = (int) (events.byteSize() / EPOLL_EVENT_BYTES);
      return status(
          (int) EpollWait.HANDLE.invokeExact(state, epollFd, events, most, timeoutMillis), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int setAutocreate(MemorySegment map, boolean autocreate) {
    return LibbpfHeaders.bpf_map__set_autocreate(map, autocreate);
  }

  /** {@return 1 if the kernel has maps of a type, 0 if not, or a negated errno} */
  static int probeMapType(int type) {
    return LibbpfHeaders.libbpf_probe_bpf_map_type(type, MemorySegment.NULL);
  }

  /** {@return a second descriptor of the same file, closed on exec} */
  static int duplicate(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int command = LibbpfHeaders.F_DUPFD_CLOEXEC();
      return status((int) Fcntl.HANDLE.invokeExact(state, fd, command, 0), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** if_nametoindex(3): {@return the device's number, 0 if there is none of this name} */
  static int interfaceIndex(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) InterfaceIndex.HANDLE.invokeExact(arena.allocateFrom(name));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static long pointer(MemorySegment result, MemorySegment state) {
    return result.address() != 0 ? result.address() : -failure(state);
  }

  private static int status(int result, MemorySegment state) {
    return result >= 0 ? result : -failure(state);
  }

  private static int failure(MemorySegment state) {
    int errno = (int) ERRNO.get(state, 0L);
    return errno > 0 ? errno : Errno.EINVAL;
  }

  private static AssertionError unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    if (e instanceof RuntimeException exception) {
      throw exception;
    }
    return new AssertionError("a downcall throws nothing checked", e);
  }

  /** A C string that libbpf owns; empty for NULL. */
  static String string(MemorySegment pointer) {
    return pointer.address() == 0 ? "" : pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  private static @Nullable MemorySegment orNull(MemorySegment pointer) {
    return pointer.address() == 0 ? null : pointer;
  }
}
