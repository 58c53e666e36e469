package io.dropwatch.bpf;

import static io.dropwatch.bpf.NativeCall.LINKER;
import static io.dropwatch.bpf.NativeCall.STATE;
import static io.dropwatch.bpf.NativeCall.capturing;
import static io.dropwatch.bpf.NativeCall.pointer;
import static io.dropwatch.bpf.NativeCall.unexpected;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * All calls of libbpf, through the bindings that jextract generated. See {@link LibcCalls} for libc
 * and {@link PrintCallback} for the only upcall.
 *
 * <p>Calls that can fail return zero or a positive result, or a negated errno, as libbpf 1.x does
 * for functions that return {@code int}. Functions that return a pointer return NULL and set errno,
 * so their handles are built here again, with errno captured.
 */
final class LibbpfCalls {
  static final String LOOKUP_BATCH = "bpf_map_lookup_batch";
  static final String NEXT_PROGRAM = "bpf_prog_get_next_id";
  static final String NEXT_LINK = "bpf_link_get_next_id";

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

  /** Not in the bindings. Linux 5.6, libbpf 0.0.6. */
  private static final class LookupBatch {
    static final MethodHandle HANDLE =
        LINKER.downcallHandle(
            SymbolLookup.libraryLookup(Libbpf.SONAME, Arena.global()).findOrThrow(LOOKUP_BATCH),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS));
  }

  /** Not in the bindings. Linux 4.13; for links 5.8. */
  private static final class NextId {
    static final MethodHandle PROGRAM = handle(NEXT_PROGRAM);
    static final MethodHandle LINK = handle(NEXT_LINK);

    private static MethodHandle handle(String function) {
      return LINKER.downcallHandle(
          SymbolLookup.libraryLookup(Libbpf.SONAME, Arena.global()).findOrThrow(function),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    }
  }

  private LibbpfCalls() {}

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

  /** {@return the program of this name, or null} */
  static @Nullable MemorySegment findProgram(MemorySegment object, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return orNull(
          LibbpfHeaders.bpf_object__find_program_by_name(object, arena.allocateFrom(name)));
    }
  }

  /** {@return the map of this name, or null} */
  static @Nullable MemorySegment findMap(MemorySegment object, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return orNull(LibbpfHeaders.bpf_object__find_map_by_name(object, arena.allocateFrom(name)));
    }
  }

  /** {@return the next program; the first after null, null after the last} */
  static @Nullable MemorySegment nextProgram(
      MemorySegment object, @Nullable MemorySegment previous) {
    return orNull(
        LibbpfHeaders.bpf_object__next_program(
            object, previous == null ? MemorySegment.NULL : previous));
  }

  /** {@return the next map; the first after null, null after the last} */
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

  /** BPF_OBJ_GET_INFO_BY_FD; the kernel fills the members that it knows. */
  static int objectInfo(int fd, MemorySegment info) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) info.byteSize());
      return LibbpfHeaders.bpf_obj_get_info_by_fd(fd, info, length);
    }
  }

  /** {@return the next program id; -ENOENT after the last} */
  static int nextProgramId(int id) {
    return nextId(NextId.PROGRAM, id);
  }

  /** {@return the next link id; -ENOENT after the last} */
  static int nextLinkId(int id) {
    return nextId(NextId.LINK, id);
  }

  private static int nextId(MethodHandle function, int id) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment next = arena.allocate(ValueLayout.JAVA_INT);
      int status = (int) function.invokeExact(id, next);
      return status < 0 ? status : next.get(ValueLayout.JAVA_INT, 0);
    } catch (Throwable e) {
      throw unexpected(e);
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

  /** {@return the initial contents of the map, writable until the load; null if it has none} */
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

  /**
   * Reads many entries of a map.
   *
   * @param from the position at which the last call ended; null for the start
   * @param to receives the position at which this call ends
   * @param count the number of entries that fit; receives the number read
   * @return -ENOENT at the end of the map
   */
  static int lookupBatch(
      int mapFd,
      @Nullable MemorySegment from,
      MemorySegment to,
      MemorySegment keys,
      MemorySegment values,
      MemorySegment count) {
    MemorySegment start = from == null ? MemorySegment.NULL : from;
    try {
      return (int)
          LookupBatch.HANDLE.invokeExact(mapFd, start, to, keys, values, count, MemorySegment.NULL);
    } catch (Throwable e) {
      throw unexpected(e);
    }
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

  /** {@return the address of a {@code struct perf_buffer} without a callback} */
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

  static int perfBufferEpollFd(MemorySegment buffer) {
    return LibbpfHeaders.perf_buffer__epoll_fd(buffer);
  }

  /**
   * {@return the mapping of one ring: the control page, then the data; the size from libbpf is that
   * of the data alone}
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

  static int setAutocreate(MemorySegment map, boolean autocreate) {
    return LibbpfHeaders.bpf_map__set_autocreate(map, autocreate);
  }

  /** {@return 1 if the kernel has maps of this type, 0 if not, or a negated errno} */
  static int probeMapType(int type) {
    return LibbpfHeaders.libbpf_probe_bpf_map_type(type, MemorySegment.NULL);
  }

  /** {@return a copy of a C string; empty for NULL} */
  static String string(MemorySegment pointer) {
    return pointer.address() == 0 ? "" : pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  private static @Nullable MemorySegment orNull(MemorySegment pointer) {
    return pointer.address() == 0 ? null : pointer;
  }
}
