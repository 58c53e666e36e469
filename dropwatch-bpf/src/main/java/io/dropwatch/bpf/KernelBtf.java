package io.dropwatch.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The kernel's BTF type information, as in {@code /sys/kernel/btf/vmlinux}.
 *
 * <p>Enum values and prototypes differ between kernels, also of the same version; BTF has those of
 * the running one. Pure Java, readable without privileges. Immutable and safe for any thread.
 *
 * <p>All methods that read type information throw {@link BpfException} with the code BAD_BTF if it
 * is damaged.
 *
 * <p>Source: Linux, Documentation/bpf/btf.rst.
 */
public final class KernelBtf {
  private static final Path DIRECTORY = Path.of("/sys/kernel/btf");

  /** The length of a chain of references between types after which it counts as a loop. */
  private static final int MAX_CHAIN = 64;

  /** The kinds between a name and its prototype. */
  private static final Set<Integer> REFERENCES =
      Set.of(BtfTypes.TYPEDEF, BtfTypes.FUNC, BtfTypes.PTR, BtfTypes.CONST, BtfTypes.TYPE_TAG);

  private final BtfTypes types;

  private KernelBtf(BtfTypes types) {
    this.types = types;
  }

  /** A parameter of a function. Immutable. */
  public static final class Parameter {
    private final String name;
    private final String type;

    Parameter(String name, String type) {
      this.name = name;
      this.type = type;
    }

    /** {@return the name; empty if BTF has none, as in prototypes of function pointers} */
    public String name() {
      return name;
    }

    /** {@return the type as in C, such as {@code struct sk_buff *}} */
    public String type() {
      return type;
    }

    /** {@return the type and the name} */
    @Override
    public String toString() {
      return name.isEmpty() ? type : type + " " + name;
    }
  }

  /**
   * {@return the types of the running kernel} Reads some megabytes.
   *
   * @throws BpfException with the code NO_BTF if the kernel has no BTF
   */
  public static KernelBtf load() {
    return new KernelBtf(new BtfTypes(read(DIRECTORY.resolve("vmlinux")), null));
  }

  /**
   * {@return the types of one loaded module, on top of those of the kernel}
   *
   * @param module the name as in {@code /proc/modules}
   * @param kernel the result of {@link #load}
   * @throws IllegalArgumentException if the name is empty or contains a slash
   * @throws BpfException with the code NO_BTF if there is no such module or it has no BTF
   */
  public static KernelBtf loadModule(String module, KernelBtf kernel) {
    if (module.isEmpty() || module.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not a module name: '" + module + "'");
    }
    return new KernelBtf(new BtfTypes(read(DIRECTORY.resolve(module)), kernel.types));
  }

  /**
   * {@return the names of the loaded modules whose BTF contains a string, in alphabetical order;
   * empty if the kernel has no BTF of modules (before 5.11, or without
   * CONFIG_DEBUG_INFO_BTF_MODULES)}
   *
   * <p>Reads some megabytes, but builds no index, so it is a cheap test before {@link #loadModule}.
   *
   * @param word part of the name of a type, member or value
   */
  public static List<String> modulesMentioning(String word) {
    byte[] wanted = word.getBytes(StandardCharsets.UTF_8);
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files
          .filter(file -> !file.getFileName().toString().equals("vmlinux"))
          .filter(file -> mentions(file, wanted))
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  private static boolean mentions(Path file, byte[] wanted) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      return false; // was unloaded meanwhile
    }
    for (int at = 0; at + wanted.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@return types read from memory}
   *
   * @param btf the contents of a BTF section, copied
   * @throws BpfException if they are damaged
   */
  public static KernelBtf of(byte[] btf) {
    return new KernelBtf(
        new BtfTypes(new ByteImage(BpfException.Code.BAD_BTF, "the BTF", btf.clone()), null));
  }

  /** {@return a view of indexed types} */
  static KernelBtf of(BtfTypes types) {
    return new KernelBtf(types);
  }

  private static ByteImage read(Path path) {
    try {
      return new ByteImage(BpfException.Code.BAD_BTF, path.toString(), Files.readAllBytes(path));
    } catch (IOException e) {
      throw BpfException.unreadable(
          BpfException.Code.NO_BTF,
          "cannot read " + path,
          e,
          "use a kernel built with CONFIG_DEBUG_INFO_BTF=y");
    }
  }

  /**
   * {@return the names of the values of an enum by number, in the order of declaration; empty if
   * there is no such enum} Of 64-bit values the low 32 bits are given.
   *
   * @param enumName without the word {@code enum}, such as {@code skb_drop_reason}
   */
  public Map<Integer, String> enumValues(String enumName) {
    int id = types.find(enumName, BtfTypes.ENUM, BtfTypes.ENUM64);
    return id == 0 ? Map.of() : valuesOf(id);
  }

  /**
   * {@return the enums whose names end with a suffix, each as in {@link #enumValues}}
   *
   * <p>For a module these are the enums of the module alone, without those of the kernel.
   *
   * @param suffix such as {@code drop_reason}
   */
  public Map<String, Map<Integer, String>> enumsEndingWith(String suffix) {
    Map<String, Map<Integer, String>> found = new LinkedHashMap<>();
    for (int id = types.endId() - types.count(); id < types.endId(); id++) {
      int kind = types.kind(id);
      if (kind == BtfTypes.ENUM || kind == BtfTypes.ENUM64) {
        String name = types.name(id);
        if (name.endsWith(suffix)) {
          found.putIfAbsent(name, valuesOf(id));
        }
      }
    }
    return Collections.unmodifiableMap(found);
  }

  private Map<Integer, String> valuesOf(int id) {
    int words = types.kind(id) == BtfTypes.ENUM ? 2 : 3;
    Map<Integer, String> values = new LinkedHashMap<>();
    for (int i = 0; i < types.vlen(id); i++) {
      long name = types.extra(id, i * words) & 0xffff_ffffL;
      values.putIfAbsent(types.extra(id, i * words + 1), types.string(name));
    }
    return Collections.unmodifiableMap(values);
  }

  /**
   * {@return the parameters of a function, or of a typedef of a function or function pointer; empty
   * if there is neither}
   *
   * <p>The arguments of a raw tracepoint are those of {@code btf_trace_<name>} without the first,
   * {@code void *}.
   *
   * @param name such as {@code btf_trace_kfree_skb}
   */
  public Optional<List<Parameter>> parameters(String name) {
    int id = types.find(name, BtfTypes.TYPEDEF, BtfTypes.FUNC);
    for (int step = 0; id != 0 && step < MAX_CHAIN; step++) {
      int kind = types.kind(id);
      if (kind == BtfTypes.FUNC_PROTO) {
        return Optional.of(parametersOf(id));
      }
      id = REFERENCES.contains(kind) ? types.sizeOrType(id) : 0;
    }
    return Optional.empty();
  }

  private List<Parameter> parametersOf(int prototype) {
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < types.vlen(prototype); i++) {
      String name = types.string(types.extra(prototype, 2 * i) & 0xffff_ffffL);
      parameters.add(new Parameter(name, typeName(types.extra(prototype, 2 * i + 1), MAX_CHAIN)));
    }
    return List.copyOf(parameters);
  }

  /** {@return whether there is a function of this name} */
  public boolean hasFunction(String name) {
    return types.find(name, BtfTypes.FUNC, BtfTypes.FUNC) != 0;
  }

  /**
   * {@return whether a struct or union has a member of this name, directly or in an anonymous
   * struct or union inside it; false if there is no such struct}
   *
   * @param struct without the word {@code struct}, such as {@code sk_buff}
   */
  public boolean hasStructField(String struct, String field) {
    int found = types.find(struct, BtfTypes.STRUCT, BtfTypes.UNION);
    Set<Integer> seen = new HashSet<>();
    Deque<Integer> open = new ArrayDeque<>();
    if (found != 0) {
      open.add(found);
    }
    while (!open.isEmpty()) {
      int id = open.remove();
      for (int i = 0; i < types.vlen(id); i++) {
        String name = types.string(types.extra(id, 3 * i) & 0xffff_ffffL);
        if (name.equals(field)) {
          return true;
        }
        int member = types.extra(id, 3 * i + 1);
        // Damaged types may contain themselves, so visit each once.
        if (name.isEmpty() && isStruct(member) && seen.add(member)) {
          open.add(member);
        }
      }
    }
    return false;
  }

  private boolean isStruct(int id) {
    int kind = types.kind(id);
    return kind == BtfTypes.STRUCT || kind == BtfTypes.UNION;
  }

  /** {@return a type as in C, for the kinds that parameters have} */
  private String typeName(int id, int steps) {
    if (steps == 0) {
      return "...";
    }
    return switch (types.kind(id)) {
      case 0 -> "void";
      case BtfTypes.PTR -> {
        String target = typeName(types.sizeOrType(id), steps - 1);
        yield target.endsWith("*") ? target + "*" : target + " *";
      }
      case BtfTypes.CONST -> "const " + typeName(types.sizeOrType(id), steps - 1);
      case BtfTypes.VOLATILE -> "volatile " + typeName(types.sizeOrType(id), steps - 1);
      case BtfTypes.RESTRICT, BtfTypes.TYPE_TAG -> typeName(types.sizeOrType(id), steps - 1);
      case BtfTypes.STRUCT -> "struct " + types.name(id);
      case BtfTypes.UNION -> "union " + types.name(id);
      case BtfTypes.ENUM, BtfTypes.ENUM64 -> "enum " + types.name(id);
      case BtfTypes.FWD -> (types.kindFlag(id) ? "union " : "struct ") + types.name(id);
      case BtfTypes.FUNC_PROTO -> "function";
      default -> types.name(id);
    };
  }
}
