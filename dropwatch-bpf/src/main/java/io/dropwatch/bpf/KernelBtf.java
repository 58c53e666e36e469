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
 * What a kernel says about its own types: BTF, as {@code /sys/kernel/btf/vmlinux} holds it.
 *
 * <p>Pure Java, readable without privileges. Numbers and prototypes change from kernel to kernel,
 * so programs ask here and do not go by version numbers. Immutable and safe for any thread.
 *
 * <p>Source: Linux, Documentation/bpf/btf.rst.
 */
public final class KernelBtf {
  private static final Path DIRECTORY = Path.of("/sys/kernel/btf");

  /** Types refer to types; a chain longer than this is a loop. */
  private static final int MAX_CHAIN = 64;

  /** What stands between a name and its prototype. */
  private static final Set<Integer> POINTERS_AND_NAMES =
      Set.of(BtfTypes.TYPEDEF, BtfTypes.FUNC, BtfTypes.PTR, BtfTypes.CONST, BtfTypes.TYPE_TAG);

  private final BtfTypes types;

  private KernelBtf(BtfTypes types) {
    this.types = types;
  }

  /**
   * A parameter of a function.
   *
   * @param name empty where BTF has none, as in all prototypes of function pointers
   * @param type as C writes it, for instance {@code struct sk_buff *}
   */
  public record Parameter(String name, String type) {}

  /**
   * Reads the running kernel's types, some megabytes.
   *
   * @throws BpfException if the kernel offers none or they are damaged
   */
  public static KernelBtf load() {
    return new KernelBtf(new BtfTypes(read(DIRECTORY.resolve("vmlinux")), null));
  }

  /**
   * Reads the types of one loaded module, on top of the kernel's.
   *
   * @param module its name as in {@code /proc/modules}
   * @param kernel what {@link #load} gave
   * @throws BpfException if there is no such module or its types are damaged
   */
  public static KernelBtf loadModule(String module, KernelBtf kernel) {
    if (module.isEmpty() || module.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not a module name: '" + module + "'");
    }
    return new KernelBtf(new BtfTypes(read(DIRECTORY.resolve(module)), kernel.types));
  }

  /**
   * {@return the names of the loaded modules whose types mention a word, in alphabetical order;
   * empty if the kernel has no types of modules (before 5.11, or without
   * CONFIG_DEBUG_INFO_BTF_MODULES)}
   *
   * <p>Reads some megabytes, but indexes nothing: {@link #loadModule} those that are left.
   *
   * @param word part of a name, ASCII
   */
  public static List<String> modulesMentioning(String word) {
    byte[] wanted = word.getBytes(StandardCharsets.US_ASCII);
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
      return false; // unloaded meanwhile
    }
    for (int at = 0; at + wanted.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads types from memory.
   *
   * @param btf a whole image; copied
   * @throws BpfException if they are damaged
   */
  public static KernelBtf of(byte[] btf) {
    return new KernelBtf(
        new BtfTypes(new ByteImage(BpfException.Code.BAD_BTF, "the BTF", btf.clone()), null));
  }

  /** Over types that are indexed already. */
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
          "Use a kernel built with CONFIG_DEBUG_INFO_BTF=y");
    }
  }

  /**
   * {@return the names of an enum's values by number, in the order of declaration; empty if the
   * kernel has no such enum} Values beyond 32 bits keep their low half.
   *
   * @param enumName without the word {@code enum}, for instance {@code skb_drop_reason}
   */
  public Map<Integer, String> enumValues(String enumName) {
    int id = types.find(enumName, BtfTypes.ENUM, BtfTypes.ENUM64);
    return id == 0 ? Map.of() : valuesOf(id);
  }

  /**
   * {@return the enums whose names end so, and the names of their values by number}
   *
   * <p>Of this image alone: a module's enums without those of the kernel it belongs to.
   *
   * @param suffix for instance {@code drop_reason}
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
   * {@return the parameters of a function, or of a typedef of a function (pointer); empty if the
   * kernel has neither}
   *
   * <p>A raw tracepoint's arguments are those of {@code btf_trace_<name>} without the first, {@code
   * void *}.
   *
   * @param name for instance {@code btf_trace_kfree_skb}
   */
  public Optional<List<Parameter>> parameters(String name) {
    int id = types.find(name, BtfTypes.TYPEDEF, BtfTypes.FUNC);
    for (int step = 0; id != 0 && step < MAX_CHAIN; step++) {
      int kind = types.kind(id);
      if (kind == BtfTypes.FUNC_PROTO) {
        return Optional.of(parametersOf(id));
      }
      id = POINTERS_AND_NAMES.contains(kind) ? types.sizeOrType(id) : 0;
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

  /** {@return whether the kernel has a function of this name that its types describe} */
  public boolean hasFunction(String name) {
    return types.find(name, BtfTypes.FUNC, BtfTypes.FUNC) != 0;
  }

  /**
   * {@return whether a struct or union has a member of this name, directly or in a nameless struct
   * or union inside it; false if there is no such struct}
   *
   * @param struct without the word {@code struct}, for instance {@code sk_buff}
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
        // Damaged types may contain themselves, so each is looked at once.
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

  /** As C writes it, as far as parameters need it. */
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
