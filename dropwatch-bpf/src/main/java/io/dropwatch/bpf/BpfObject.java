package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.bpf_object_open_opts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An eBPF object: opened, configured, loaded into the kernel, and closed.
 *
 * <p>Between {@link #open} and {@link #load}, read-only variables, map sizes and the programs to
 * load can be set; after it, programs can be attached and maps accessed. After {@link #close}, its
 * programs and maps throw {@link IllegalStateException}.
 *
 * <p>Safe for any thread: each operation holds the object's lock during its system calls.
 */
public final class BpfObject implements AutoCloseable {
  private final String name;
  private final ElfImage image;
  private final Object lock = new Object();
  private final Map<String, BpfProgram> programs = new HashMap<>();
  private final Map<String, BpfMap> maps = new HashMap<>();
  private final List<BpfLink> links = new ArrayList<>();
  private @Nullable MemorySegment handle;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    LOADED,
    /** The kernel refused it; libbpf only allows closing it. */
    REFUSED,
    CLOSED
  }

  private BpfObject(String name, ElfImage image, MemorySegment handle) {
    this.name = name;
    this.image = image;
    this.handle = handle;
  }

  /**
   * Opens an object from memory. Nothing is loaded into the kernel yet.
   *
   * @param name for messages; the names of the data maps begin with its first characters
   * @param elf the contents of an object file, copied
   * @throws BpfException if libbpf is missing, or the object is damaged
   */
  public static BpfObject open(String name, byte[] elf) {
    ElfImage image = ElfImage.of("eBPF object " + name, elf);
    ElfVerifier.verify(image);
    Libbpf.require();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = arena.allocate(bpf_object_open_opts.layout());
      bpf_object_open_opts.sz(options, options.byteSize());
      bpf_object_open_opts.object_name(options, arena.allocateFrom(name));
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, elf);
      long handle =
          NativeCall.logged(
              "cannot open eBPF object " + name, () -> LibbpfCalls.openObject(bytes, options));
      return new BpfObject(name, image, MemorySegment.ofAddress(handle));
    }
  }

  /**
   * Opens an object file. The name of the object is the file name without {@code .bpf.o} or {@code
   * .o}.
   *
   * @throws BpfException if the file cannot be read, libbpf is missing, or the object is damaged
   */
  public static BpfObject open(Path file) {
    byte[] elf;
    try {
      elf = Files.readAllBytes(file);
    } catch (IOException e) {
      throw BpfException.unreadable(
          BpfException.Code.UNREADABLE_FILE,
          "cannot read eBPF object " + file,
          e,
          "check the path and the file's permissions");
    }
    Path last = file.getFileName();
    return open((last == null ? file : last).toString().replaceFirst("(\\.bpf)?\\.o$", ""), elf);
  }

  /** {@return the name that it was opened with} */
  public String name() {
    return name;
  }

  /** {@return the {@code const volatile} variables, which can be set until {@link #load}} */
  public ReadOnlyData readOnlyData() {
    return new ReadOnlyData(this, image);
  }

  /**
   * {@return a program}
   *
   * @param programName the name of the C function
   * @throws IllegalStateException if the object is closed
   * @throws BpfException if there is no program of that name; the message lists all names
   */
  public BpfProgram program(String programName) {
    synchronized (lock) {
      MemorySegment object = handle();
      BpfProgram known = programs.get(programName);
      if (known == null) {
        MemorySegment found = LibbpfCalls.findProgram(object, programName);
        if (found == null) {
          throw new BpfException(
              BpfException.Code.BAD_OBJECT,
              "eBPF object %s has no program %s: it has %s"
                  .formatted(name, programName, listed(programNames())),
              null);
        }
        known = new BpfProgram(this, programName, found);
        programs.put(programName, known);
      }
      return known;
    }
  }

  /** {@return the names of the programs, in the order of the file} */
  public List<String> programNames() {
    synchronized (lock) {
      List<String> names = new ArrayList<>();
      MemorySegment program = null;
      while ((program = LibbpfCalls.nextProgram(handle(), program)) != null) {
        names.add(LibbpfCalls.programName(program));
      }
      return List.copyOf(names);
    }
  }

  /**
   * {@return a map}
   *
   * @param mapName the name of the C variable; for a data map the section, such as {@code .rodata}
   * @throws IllegalStateException if the object is closed
   * @throws BpfException if there is no map of that name; the message lists all names
   */
  public BpfMap map(String mapName) {
    synchronized (lock) {
      MemorySegment object = handle();
      BpfMap known = maps.get(mapName);
      if (known == null) {
        MemorySegment found = LibbpfCalls.findMap(object, mapName);
        if (found == null) {
          throw new BpfException(
              BpfException.Code.BAD_OBJECT,
              "eBPF object %s has no map %s: it has %s"
                  .formatted(name, mapName, listed(mapNames())),
              null);
        }
        known = new BpfMap(this, mapName, found);
        maps.put(mapName, known);
      }
      return known;
    }
  }

  /** {@return the kernel's names of the maps, in the order of the file} */
  public List<String> mapNames() {
    synchronized (lock) {
      List<String> names = new ArrayList<>();
      MemorySegment map = null;
      while ((map = LibbpfCalls.nextMap(handle(), map)) != null) {
        names.add(LibbpfCalls.mapName(map));
      }
      return List.copyOf(names);
    }
  }

  private static String listed(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /**
   * Loads the maps and the programs into the kernel, see {@link BpfMap#autocreate} and {@link
   * BpfProgram#autoload}.
   *
   * @throws IllegalStateException if it has been loaded, refused or closed
   * @throws BpfException if the kernel refuses; with {@link BpfException#verifierLog} if the
   *     verifier rejected a program. Then the object can only be closed
   */
  public void load() {
    synchronized (lock) {
      MemorySegment object = whileOpen("load it");
      state = State.REFUSED;
      NativeCall.logged("cannot load eBPF object " + name, () -> LibbpfCalls.loadObject(object));
      state = State.LOADED;
    }
  }

  /**
   * Closes all links, and releases the programs and maps. Rings opened on the maps stay readable. A
   * second call does nothing.
   *
   * @throws BpfException if a link could not be closed; everything else is released nonetheless
   */
  @Override
  public void close() {
    synchronized (lock) {
      MemorySegment object = handle;
      if (object == null) {
        return;
      }
      BpfException failed = null;
      for (BpfLink link : List.copyOf(links)) {
        try {
          link.close();
        } catch (BpfException e) {
          failed = e;
        }
      }
      state = State.CLOSED;
      handle = null;
      LibbpfCalls.closeObject(object);
      if (failed != null) {
        throw failed;
      }
    }
  }

  /** Guards all native state of the object and its programs, maps and links. */
  Object lock() {
    return lock;
  }

  /** Adds a link to close with the object. */
  void opened(BpfLink link) {
    links.add(link);
  }

  void closed(BpfLink link) {
    links.remove(link);
  }

  /** Checks that the object is not closed. */
  void requireOpenHandle() {
    var _ = handle();
  }

  /** {@return the handle; the object is not closed} */
  private MemorySegment handle() {
    MemorySegment object = handle;
    if (object == null) {
      throw new IllegalStateException("eBPF object " + name + " is closed");
    }
    return object;
  }

  /** {@return the handle; the object is neither loaded nor closed} */
  MemorySegment whileOpen(String what) {
    MemorySegment object = handle();
    if (state != State.OPEN) {
      throw new IllegalStateException(
          "cannot " + what + ": eBPF object " + name + " has been " + past());
    }
    return object;
  }

  /** Checks that the object is loaded. */
  void requireLoaded(String what) {
    if (state != State.LOADED) {
      throw new IllegalStateException(
          "cannot "
              + what
              + ": eBPF object "
              + name
              + (state == State.OPEN ? " is not loaded" : " has been " + past()));
    }
  }

  private String past() {
    return switch (state) {
      case OPEN -> "opened";
      case LOADED -> "loaded";
      case REFUSED -> "refused by the kernel";
      case CLOSED -> "closed";
    };
  }
}
