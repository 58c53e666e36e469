package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map of a {@link BpfObject}, alive as long as the object is. Keys and values are bytes in the
 * machine's order, exactly as long as the map says. Safe for any thread.
 */
public final class BpfMap {
  private final BpfObject object;
  private final String name;
  private final MemorySegment handle;

  BpfMap(BpfObject object, String name, MemorySegment handle) {
    this.object = object;
    this.name = name;
    this.handle = handle;
  }

  /** {@return what it was asked for by} */
  public String name() {
    return name;
  }

  /** {@return bytes of a key} */
  public int keySize() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return Downcalls.keySize(handle);
    }
  }

  /** {@return bytes of a value, of one CPU's value for a per-CPU map} */
  public int valueSize() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return Downcalls.valueSize(handle);
    }
  }

  /** {@return how many entries there may be; bytes for a BPF ring buffer} */
  public int maxEntries() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return Downcalls.maxEntries(handle);
    }
  }

  /**
   * Changes how many entries there may be.
   *
   * @return this
   * @throws BpfException if libbpf refuses
   * @throws IllegalStateException if the object has been loaded or closed
   */
  public BpfMap resize(int entries) {
    synchronized (object.lock()) {
      object.whileOpen("resize map " + name);
      Attempt.run(
          "cannot give map " + name + " " + entries + " entries",
          () -> Downcalls.setMaxEntries(handle, entries));
      return this;
    }
  }

  /**
   * Whether the load creates it; true without this. A program that uses a map which is not there is
   * refused, unless the verifier finds that it never comes to that.
   *
   * @return this
   * @throws BpfException if libbpf refuses
   * @throws IllegalStateException if the object has been loaded or closed
   */
  public BpfMap autocreate(boolean create) {
    synchronized (object.lock()) {
      object.whileOpen("choose map " + name);
      Attempt.run("cannot choose map " + name, () -> Downcalls.setAutocreate(handle, create));
      return this;
    }
  }

  /** {@return whether it is in the kernel: the object is loaded, and its load was to create it} */
  public boolean isCreated() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return Downcalls.mapFd(handle) >= 0;
    }
  }

  /**
   * {@return the value of a key, or null if it has none}
   *
   * @throws BpfException if the sizes are wrong, the map is per CPU, or the kernel refuses
   */
  public byte @Nullable [] lookup(byte[] key) {
    synchronized (object.lock()) {
      String operation = "cannot look up in map " + name;
      object.requireLoaded("look up in map " + name);
      if (isPerCpu()) {
        throw new UnsupportedOperationException(
            operation + ": it has a value for each CPU; use lookupPerCpu");
      }
      return find(operation, key, Downcalls.valueSize(handle));
    }
  }

  /**
   * {@return the values of a key, one for each possible CPU, by its number; empty if it has none}
   *
   * @throws BpfException if the key's size is wrong, the map is not per CPU, or the kernel refuses
   */
  public List<byte[]> lookupPerCpu(byte[] key) {
    synchronized (object.lock()) {
      String operation = "cannot look up in map " + name;
      object.requireLoaded("look up in map " + name);
      if (!isPerCpu()) {
        throw new UnsupportedOperationException(
            operation + ": it has one value for all CPUs; use lookup");
      }
      int size = Downcalls.valueSize(handle);
      int cpus = Libbpf.possibleCpus();
      // The kernel rounds each CPU's value up to eight bytes.
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
          Attempt.run(
              operation,
              () ->
                  absentAsOne(Downcalls.lookup(handle, keySegment, value.asSlice(0, valueBytes))));
      return status == 1 ? null : value.asSlice(0, valueBytes).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** That a key is not there is an answer, not an error. */
  private static int absentAsOne(int status) {
    return status == -Errno.ENOENT ? 1 : status;
  }

  /**
   * Sets the value of a key, adding it if it is not there.
   *
   * @throws BpfException if the sizes are wrong, the map is per CPU or full, or the kernel refuses
   */
  public void update(byte[] key, byte[] value) {
    synchronized (object.lock()) {
      String operation = "cannot update map " + name;
      object.requireLoaded("update map " + name);
      if (isPerCpu()) {
        throw new UnsupportedOperationException(operation + ": it has a value for each CPU");
      }
      checkSize(operation, "value", value.length, Downcalls.valueSize(handle));
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment keySegment = key(operation, key, arena);
        MemorySegment valueSegment = arena.allocateFrom(ValueLayout.JAVA_BYTE, value);
        Attempt.run(operation, () -> Downcalls.update(handle, keySegment, valueSegment));
      }
    }
  }

  /**
   * Removes a key.
   *
   * @return whether it was there
   * @throws BpfException if the key's size is wrong, or the kernel refuses, as it does for arrays
   */
  public boolean delete(byte[] key) {
    synchronized (object.lock()) {
      String operation = "cannot delete from map " + name;
      object.requireLoaded("delete from map " + name);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment keySegment = key(operation, key, arena);
        return Attempt.run(operation, () -> absentAsOne(Downcalls.delete(handle, keySegment))) == 0;
      }
    }
  }

  /** Takes an entry of a per-CPU map. */
  @FunctionalInterface
  public interface PerCpuConsumer {
    /**
     * One entry.
     *
     * @param values one for each possible CPU, by its number
     */
    void entry(byte[] key, List<byte[]> values);
  }

  /**
   * Gives all entries of a per-CPU hash map. Many are read with one system call (Linux 5.6). While
   * others add, what they add may be missing.
   *
   * @throws BpfException if the map is not a per-CPU one, or the kernel refuses
   */
  public void forEachPerCpu(PerCpuConsumer entries) {
    synchronized (object.lock()) {
      String operation = "cannot read map " + name;
      object.requireLoaded("read map " + name);
      if (!isPerCpu()) {
        throw new UnsupportedOperationException(operation + ": it has one value for all CPUs");
      }
      new PerCpuBatch(
              operation,
              Downcalls.mapFd(handle),
              Downcalls.keySize(handle),
              Downcalls.valueSize(handle),
              Downcalls.maxEntries(handle))
          .read(entries);
    }
  }

  /**
   * {@return the keys that are there} While others add and remove, some may be missing or twice;
   * there are never more than the map has entries.
   *
   * @throws BpfException if the kernel refuses
   */
  public List<byte[]> keys() {
    synchronized (object.lock()) {
      object.requireLoaded("list the keys of map " + name);
      int limit = Downcalls.maxEntries(handle);
      List<byte[]> keys = new ArrayList<>();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment next = arena.allocate(Downcalls.keySize(handle), Long.BYTES);
        MemorySegment previous = MemorySegment.NULL;
        while (keys.size() < limit) {
          MemorySegment after = previous;
          long status =
              Attempt.run(
                  "cannot list the keys of map " + name,
                  () -> absentAsOne(Downcalls.nextKey(handle, after, next)));
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

  private MemorySegment key(String operation, byte[] key, Arena arena) {
    checkSize(operation, "key", key.length, Downcalls.keySize(handle));
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, key);
  }

  private static void checkSize(String operation, String what, int given, int wanted) {
    if (given != wanted) {
      throw new IllegalArgumentException(
          "%s: the %s must have %d bytes, has %d".formatted(operation, what, wanted, given));
    }
  }

  private boolean isPerCpu() {
    int type = Downcalls.mapType(handle);
    return type == LibbpfHeaders.BPF_MAP_TYPE_PERCPU_HASH()
        || type == LibbpfHeaders.BPF_MAP_TYPE_PERCPU_ARRAY()
        || type == LibbpfHeaders.BPF_MAP_TYPE_LRU_PERCPU_HASH()
        || type == LibbpfHeaders.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE();
  }

  /** {@return what a data map starts with, writable until the load} */
  MemorySegment initialValue() {
    MemorySegment value = Downcalls.initialValue(handle);
    if (value == null) {
      throw new BpfException(
          BpfException.Code.BAD_OBJECT, "map " + name + " has no initial value", null);
    }
    return value;
  }

  /** {@return a descriptor of the map that the caller owns and closes} */
  int duplicateFd() {
    synchronized (object.lock()) {
      object.requireLoaded("use map " + name);
      return (int)
          Attempt.run(
              "cannot use map " + name, () -> SystemCalls.duplicate(Downcalls.mapFd(handle)));
    }
  }

  boolean isRingBuffer() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return Downcalls.mapType(handle) == LibbpfHeaders.BPF_MAP_TYPE_RINGBUF();
    }
  }

  boolean isPerfEventArray() {
    synchronized (object.lock()) {
      object.requireOpenHandle();
      return Downcalls.mapType(handle) == LibbpfHeaders.BPF_MAP_TYPE_PERF_EVENT_ARRAY();
    }
  }
}
