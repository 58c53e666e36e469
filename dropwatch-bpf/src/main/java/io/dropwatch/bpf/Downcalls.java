package io.dropwatch.bpf;

import static io.dropwatch.bpf.CallState.LINKER;
import static io.dropwatch.bpf.CallState.STATE;
import static io.dropwatch.bpf.CallState.capturing;
import static io.dropwatch.bpf.CallState.pointer;
import static io.dropwatch.bpf.CallState.unexpected;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The one class that calls libbpf, through the bindings that jextract generated; {@link
 * SystemCalls} calls the kernel, and the one that native code calls is {@link PrintCallback}.
 *
 * <p>Everything that can fail answers as system calls do inside the kernel: zero or a positive
 * result, or a negated errno. libbpf 1.x itself answers so wherever it returns an {@code int}. Its
 * functions that return a pointer give NULL and set errno: those handles are built again here, with
 * the call state captured.
 */
final class Downcalls {
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

  /** Not from the bindings, which were made without it. Since Linux 5.6 and libbpf 0.0.6. */
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

  /** Not from the bindings either. Linux 4.13; links since 5.8. */
  private static final class NextId {
    static final MethodHandle PROGRAM = handle(NEXT_PROGRAM);
    static final MethodHandle LINK = handle(NEXT_LINK);

    private static MethodHandle handle(String function) {
      return LINKER.downcallHandle(
          SymbolLookup.libraryLookup(Libbpf.SONAME, Arena.global()).findOrThrow(function),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    }
  }

  private Downcalls() {}

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

  /** {@return the id that follows, of a program; -ENOENT behind the last} */
  static int nextProgramId(int id) {
    return nextId(NextId.PROGRAM, id);
  }

  /** {@return the id that follows, of a link; -ENOENT behind the last} */
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

  /**
   * Reads many entries of a map at once.
   *
   * @param from where the last call ended; null at the beginning
   * @param to gets where this one ends
   * @param count how many entries there is room for; gets how many there were
   * @return -ENOENT when the map is through
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

  static int setAutocreate(MemorySegment map, boolean autocreate) {
    return LibbpfHeaders.bpf_map__set_autocreate(map, autocreate);
  }

  /** {@return 1 if the kernel has maps of a type, 0 if not, or a negated errno} */
  static int probeMapType(int type) {
    return LibbpfHeaders.libbpf_probe_bpf_map_type(type, MemorySegment.NULL);
  }

  /** A C string that libbpf owns; empty for NULL. */
  static String string(MemorySegment pointer) {
    return pointer.address() == 0 ? "" : pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  private static @Nullable MemorySegment orNull(MemorySegment pointer) {
    return pointer.address() == 0 ? null : pointer;
  }
}
