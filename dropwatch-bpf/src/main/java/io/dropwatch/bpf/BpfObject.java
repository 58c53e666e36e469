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
 * An eBPF object file on its way into the kernel: open, set up, load, attach, close.
 *
 * <p>Between {@link #open} and {@link #load} its read-only variables, the sizes of its maps and the
 * choice of programs can be changed; after it, programs can be attached and maps read. Programs and
 * maps belong to their object and answer with {@link IllegalStateException} once it is closed.
 *
 * <p>Safe for any thread: each operation holds the object's lock while it is in the kernel.
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
    /** The kernel refused it; libbpf allows nothing but to close it. */
    REFUSED,
    CLOSED
  }

  private BpfObject(String name, ElfImage image, MemorySegment handle) {
    this.name = name;
    this.image = image;
    this.handle = handle;
  }

  /**
   * Opens an object from memory. Nothing is in the kernel yet.
   *
   * @param name what it is called in messages, and, cut to its first characters, in the kernel's
   *     names of its data maps
   * @param elf the object file's bytes
   * @throws BpfException if libbpf is missing, or refuses the object
   */
  public static BpfObject open(String name, byte[] elf) {
    ElfImage image = ElfImage.of("eBPF object " + name, elf);
    Libbpf.require();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options = arena.allocate(bpf_object_open_opts.layout());
      bpf_object_open_opts.sz(options, options.byteSize());
      bpf_object_open_opts.object_name(options, arena.allocateFrom(name));
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, elf);
      long handle =
          Attempt.run(
              "cannot open eBPF object " + name, () -> Downcalls.openObject(bytes, options));
      return new BpfObject(name, image, MemorySegment.ofAddress(handle));
    }
  }

  /**
   * Opens an object file; its name without {@code .o} becomes the object's.
   *
   * @throws BpfException if it cannot be read, libbpf is missing, or refuses the object
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
          "Check the path and the file's permissions");
    }
    Path last = file.getFileName();
    return open((last == null ? file : last).toString().replaceFirst("(\\.bpf)?\\.o$", ""), elf);
  }

  /** {@return what it was opened as} */
  public String name() {
    return name;
  }

  /** {@return its {@code const volatile} variables, to be set before {@link #load}} */
  public ReadOnlyData readOnlyData() {
    return new ReadOnlyData(this, image);
  }

  /**
   * {@return a program}
   *
   * @param programName the C function's name
   * @throws BpfException if the object has none of this name; the message lists those it has
   */
  public BpfProgram program(String programName) {
    synchronized (lock) {
      MemorySegment object = handle();
      BpfProgram known = programs.get(programName);
      if (known == null) {
        MemorySegment found = Downcalls.findProgram(object, programName);
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

  /** {@return the names of its programs, in the order of the file} */
  public List<String> programNames() {
    synchronized (lock) {
      List<String> names = new ArrayList<>();
      MemorySegment program = null;
      while ((program = Downcalls.nextProgram(handle(), program)) != null) {
        names.add(Downcalls.programName(program));
      }
      return List.copyOf(names);
    }
  }

  /**
   * {@return a map}
   *
   * @param mapName the C variable's name, or for data maps their section, for instance {@code
   *     .rodata}
   * @throws BpfException if the object has none of this name; the message lists those it has
   */
  public BpfMap map(String mapName) {
    synchronized (lock) {
      MemorySegment object = handle();
      BpfMap known = maps.get(mapName);
      if (known == null) {
        MemorySegment found = Downcalls.findMap(object, mapName);
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

  /** {@return the kernel's names of its maps, in the order of the file} */
  public List<String> mapNames() {
    synchronized (lock) {
      List<String> names = new ArrayList<>();
      MemorySegment map = null;
      while ((map = Downcalls.nextMap(handle(), map)) != null) {
        names.add(Downcalls.mapName(map));
      }
      return List.copyOf(names);
    }
  }

  private static String listed(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /**
   * Brings its maps and those of its programs that are to be loaded into the kernel.
   *
   * @throws BpfException if the kernel refuses; with the verifier's last lines if it was the
   *     verifier. Then the object can only be closed.
   * @throws IllegalStateException if it has been loaded, refused or closed before
   */
  public void load() {
    synchronized (lock) {
      MemorySegment object = whileOpen("load it");
      state = State.REFUSED;
      Attempt.run("cannot load eBPF object " + name, () -> Downcalls.loadObject(object));
      state = State.LOADED;
    }
  }

  /**
   * Detaches and releases everything, and closes the links that {@link BpfProgram#attach} gave. A
   * ring opened on one of its maps stays readable. Again: does nothing.
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
      Downcalls.closeObject(object);
      if (failed != null) {
        throw failed;
      }
    }
  }

  /** The lock that guards all native state of the object, its programs, maps and links. */
  Object lock() {
    return lock;
  }

  /** Remembers a link, to close it with the object. */
  void opened(BpfLink link) {
    links.add(link);
  }

  void closed(BpfLink link) {
    links.remove(link);
  }

  /** Checks that it is not closed. */
  void requireOpenHandle() {
    var _ = handle();
  }

  /** The object, not closed. */
  private MemorySegment handle() {
    MemorySegment object = handle;
    if (object == null) {
      throw new IllegalStateException("eBPF object " + name + " is closed");
    }
    return object;
  }

  /** The object, not loaded yet. */
  MemorySegment whileOpen(String what) {
    MemorySegment object = handle();
    if (state != State.OPEN) {
      throw new IllegalStateException(
          "cannot " + what + ": eBPF object " + name + " has been " + past());
    }
    return object;
  }

  /** Checks that it is in the kernel. */
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
