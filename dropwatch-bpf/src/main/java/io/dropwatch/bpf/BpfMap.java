package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map of a {@link BpfObject}, valid until the object is closed. Keys and values are byte arrays
 * of exactly {@link #keySize} and {@link #valueSize} bytes, numbers in the machine's byte order.
 * Safe for any thread.
 *
 * <p>All methods throw {@link IllegalStateException} if the object is closed; those that access
 * entries also if it is not loaded, or the map was not created.
 */
public final class BpfMap {
  private final BpfObject object;
  private final String name;
  private final MemorySegment handle;
  private boolean autocreate = true;

  BpfMap(BpfObject object, String name, MemorySegment handle) {
    this.object = object;
    this.name = name;
    this.handle = handle;
  }

  /** {@return the name passed to {@link BpfObject#map}} */
  public String name() {
    return name;
  }

  /** {@return the size of a key in bytes} */
  public int keySize() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return LibbpfCalls.keySize(handle);
    }
  }

  /** {@return the size of a value in bytes; for a per-CPU map that of one CPU's value} */
  public int valueSize() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return LibbpfCalls.valueSize(handle);
    }
  }

  /** {@return the maximum number of entries; for a BPF ring buffer its size in bytes} */
  public int maxEntries() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return LibbpfCalls.maxEntries(handle);
    }
  }

  /**
   * Sets the maximum number of entries.
   *
   * @param entries at least 0; for a BPF ring buffer bytes, a power of two of at least a page
   * @return this
   * @throws IllegalArgumentException if entries is negative
   * @throws IllegalStateException if the object has been loaded or closed
   * @throws BpfException if libbpf refuses
   */
  public BpfMap resize(int entries) {
    if (entries < 0) {
      throw new IllegalArgumentException("entries must be at least 0, was " + entries);
    }
    synchronized (object.lock()) {
      object.whileOpen("resize map " + name);
      NativeCall.check(
          "cannot resize map " + name + " to " + entries + " entries",
          () -> LibbpfCalls.setMaxEntries(handle, entries));
      return this;
    }
  }

  /**
   * Sets whether {@link BpfObject#load} creates this map; the default is true. The verifier rejects
   * a program that uses a missing map in code that it can reach.
   *
   * @return this
   * @throws IllegalStateException if the object has been loaded or closed
   * @throws BpfException if libbpf refuses
   */
  public BpfMap autocreate(boolean create) {
    synchronized (object.lock()) {
      object.whileOpen("set autocreate of map " + name);
      NativeCall.check(
          "cannot set autocreate of map " + name, () -> LibbpfCalls.setAutocreate(handle, create));
      autocreate = create;
      return this;
    }
  }

  /** {@return whether the object is loaded and this map was created} */
  public boolean isCreated() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      // Since libbpf 1.4 also a map that is not created has a descriptor.
      return autocreate && LibbpfCalls.mapFd(handle) >= 0;
    }
  }

  /**
   * {@return the value of a key, or null if there is none}
   *
   * @throws IllegalArgumentException if the key has the wrong size
   * @throws UnsupportedOperationException if the map is per-CPU
   * @throws BpfException if the kernel refuses
   */
  public byte @Nullable [] lookup(byte[] key) {
    synchronized (object.lock()) {
      String operation = "cannot look up in map " + name;
      requireCreated("look up in map " + name);
      if (isPerCpu()) {
        throw new UnsupportedOperationException(
            operation + ": it has a value for each CPU; use lookupPerCpu");
      }
      return find(operation, key, LibbpfCalls.valueSize(handle));
    }
  }

  /**
   * {@return the values of a key, indexed by CPU number, one for each possible CPU; empty if there
   * is none}
   *
   * @throws IllegalArgumentException if the key has the wrong size
   * @throws UnsupportedOperationException if the map is not per-CPU
   * @throws BpfException if the kernel refuses
   */
  public List<byte[]> lookupPerCpu(byte[] key) {
    synchronized (object.lock()) {
      String operation = "cannot look up in map " + name;
      requireCreated("look up in map " + name);
      if (!isPerCpu()) {
        throw new UnsupportedOperationException(
            operation + ": it has one value for all CPUs; use lookup");
      }
      int size = LibbpfCalls.valueSize(handle);
      int cpus = Libbpf.possibleCpus();
      // The kernel pads each CPU's value to a multiple of eight bytes.
      int stride = (size + 7) & ~7;
      byte[] values = find(operation, key, stride * cpus);
      List<byte[]> each = new ArrayList<>();
      for (int cpu = 0; values != null && cpu < cpus; cpu++) {
        byte[] value = new byte[size];
        System.arraycopy(values, cpu * stride, value, 0, size);
        each.add(value);
      }
      return each;
    }
  }

  private byte @Nullable [] find(String operation, byte[] key, int valueBytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment keySegment = key(operation, key, arena);
      MemorySegment value = arena.allocate(Math.max(1, valueBytes), Long.BYTES);
      long status =
          NativeCall.check(
              operation,
              () ->
                  absentIs1(LibbpfCalls.lookup(handle, keySegment, value.asSlice(0, valueBytes))));
      return status == 1 ? null : value.asSlice(0, valueBytes).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** A missing key is a result, not an error. */
  private static int absentIs1(int status) {
    return status == -Errno.ENOENT ? 1 : status;
  }

  /**
   * Sets the value of a key, and adds the key if it is missing.
   *
   * @throws IllegalArgumentException if the key or the value has the wrong size
   * @throws UnsupportedOperationException if the map is per-CPU
   * @throws BpfException if the map is full (E2BIG), or the kernel refuses
   */
  public void update(byte[] key, byte[] value) {
    synchronized (object.lock()) {
      String operation = "cannot update map " + name;
      requireCreated("update map " + name);
      if (isPerCpu()) {
        throw new UnsupportedOperationException(operation + ": it has a value for each CPU");
      }
      checkSize(operation, "value", value.length, LibbpfCalls.valueSize(handle));
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment keySegment = key(operation, key, arena);
        MemorySegment valueSegment = arena.allocateFrom(ValueLayout.JAVA_BYTE, value);
        NativeCall.check(operation, () -> LibbpfCalls.update(handle, keySegment, valueSegment));
      }
    }
  }

  /**
   * Removes a key.
   *
   * @return whether it was present
   * @throws IllegalArgumentException if the key has the wrong size
   * @throws BpfException if the kernel refuses, as for arrays
   */
  public boolean delete(byte[] key) {
    synchronized (object.lock()) {
      String operation = "cannot delete from map " + name;
      requireCreated("delete from map " + name);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment keySegment = key(operation, key, arena);
        return NativeCall.check(operation, () -> absentIs1(LibbpfCalls.delete(handle, keySegment)))
            == 0;
      }
    }
  }

  /** Receives the entries of a per-CPU map. */
  @FunctionalInterface
  public interface PerCpuConsumer {
    /**
     * Called for each entry.
     *
     * @param values indexed by CPU number, one for each possible CPU
     */
    void entry(byte[] key, List<byte[]> values);
  }

  /**
   * Reads all entries of a per-CPU hash map, many with each system call (Linux 5.6). Entries that
   * are added meanwhile may be missing.
   *
   * @throws UnsupportedOperationException if the map is not per-CPU
   * @throws BpfException if the kernel refuses
   */
  public void forEachPerCpu(PerCpuConsumer entries) {
    synchronized (object.lock()) {
      String operation = "cannot read map " + name;
      requireCreated("read map " + name);
      if (!isPerCpu()) {
        throw new UnsupportedOperationException(operation + ": it has one value for all CPUs");
      }
      new PerCpuBatch(
              operation,
              LibbpfCalls.mapFd(handle),
              LibbpfCalls.keySize(handle),
              LibbpfCalls.valueSize(handle),
              LibbpfCalls.maxEntries(handle))
          .read(entries);
    }
  }

  /**
   * {@return all keys, at most {@link #maxEntries}} If entries are added or removed meanwhile, some
   * keys may be missing or present twice.
   *
   * @throws BpfException if the kernel refuses
   */
  public List<byte[]> keys() {
    synchronized (object.lock()) {
      requireCreated("list the keys of map " + name);
      int limit = LibbpfCalls.maxEntries(handle);
      List<byte[]> keys = new ArrayList<>();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment next = arena.allocate(LibbpfCalls.keySize(handle), Long.BYTES);
        MemorySegment previous = MemorySegment.NULL;
        while (keys.size() < limit) {
          MemorySegment after = previous;
          long status =
              NativeCall.check(
                  "cannot list the keys of map " + name,
                  () -> absentIs1(LibbpfCalls.nextKey(handle, after, next)));
          if (status == 1) {
            break;
          }
          keys.add(next.toArray(ValueLayout.JAVA_BYTE));
          previous = arena.allocate(next.byteSize(), Long.BYTES).copyFrom(next);
        }
      }
      return keys;
    }
  }

  private void requireCreated(String what) {
    object.requireLoaded(what);
    if (!isCreated()) {
      throw new IllegalStateException(
          "cannot " + what + ": it was not created, see BpfMap.autocreate");
    }
  }

  private MemorySegment key(String operation, byte[] key, Arena arena) {
    checkSize(operation, "key", key.length, LibbpfCalls.keySize(handle));
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, key);
  }

  private static void checkSize(String operation, String what, int given, int wanted) {
    if (given != wanted) {
      throw new IllegalArgumentException(
          "%s: the %s must have %d bytes, has %d".formatted(operation, what, wanted, given));
    }
  }

  private boolean isPerCpu() {
    int type = LibbpfCalls.mapType(handle);
    return type == LibbpfHeaders.BPF_MAP_TYPE_PERCPU_HASH()
        || type == LibbpfHeaders.BPF_MAP_TYPE_PERCPU_ARRAY()
        || type == LibbpfHeaders.BPF_MAP_TYPE_LRU_PERCPU_HASH()
        || type == LibbpfHeaders.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE();
  }

  /** {@return the initial contents of a data map, writable until the load} */
  MemorySegment initialValue() {
    MemorySegment value = LibbpfCalls.initialValue(handle);
    if (value == null) {
      throw new BpfException(
          BpfException.Code.BAD_OBJECT, "map " + name + " has no initial value", null);
    }
    return value;
  }

  /** {@return a duplicate of the map's descriptor, which the caller closes} */
  int duplicateFd() {
    synchronized (object.lock()) {
      requireCreated("use map " + name);
      return (int)
          NativeCall.check(
              "cannot use map " + name, () -> LibcCalls.duplicate(LibbpfCalls.mapFd(handle)));
    }
  }

  boolean isRingBuffer() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return LibbpfCalls.mapType(handle) == LibbpfHeaders.BPF_MAP_TYPE_RINGBUF();
    }
  }

  boolean isPerfEventArray() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return LibbpfCalls.mapType(handle) == LibbpfHeaders.BPF_MAP_TYPE_PERF_EVENT_ARRAY();
    }
  }
}
