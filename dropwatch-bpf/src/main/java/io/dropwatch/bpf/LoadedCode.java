package io.dropwatch.bpf;

import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The modules and eBPF programs that are loaded at one time. Immutable.
 *
 * <p>If two of these are equal, {@link KernelSymbols} read at one time are right at the other: new
 * code at an address changes something here.
 */
public final class LoadedCode {
  /** Neither modules nor programs are known. */
  public static final LoadedCode UNKNOWN = new LoadedCode(null, null);

  private static final Path MODULES = Path.of("/proc/modules");
  private static final int MAX_PROGRAMS = 1 << 16;

  private final @Nullable String modules;
  private final @Nullable List<Integer> programs;

  private LoadedCode(@Nullable String modules, @Nullable List<Integer> programs) {
    this.modules = modules;
    this.programs = programs;
  }

  /**
   * {@return the given modules and programs}
   *
   * @param modules see {@link #modules}
   * @param programs see {@link #programs}; copied
   */
  public static LoadedCode of(@Nullable String modules, @Nullable List<Integer> programs) {
    return new LoadedCode(modules, programs == null ? null : List.copyOf(programs));
  }

  /**
   * {@return what is loaded now}
   *
   * @param programs whether to list eBPF programs too, which needs libbpf and CAP_SYS_ADMIN
   */
  public static LoadedCode now(boolean programs) {
    return new LoadedCode(modulesIn(MODULES), programs ? programIds() : null);
  }

  /**
   * {@return a line for each module with its name, size, state and address, see proc_modules(5);
   * null if unknown}
   */
  public @Nullable String modules() {
    return modules;
  }

  /**
   * {@return the ids of the eBPF programs and the negated ids of their links, which the kernel does
   * not reuse; null if not asked for or unknown}
   */
  public @Nullable List<Integer> programs() {
    return programs;
  }

  /** {@return whether the modules of both times are known and the same} */
  public boolean sameModules(LoadedCode other) {
    return modules != null && modules.equals(other.modules);
  }

  /** {@return whether the programs of both times are known and the same} */
  public boolean samePrograms(LoadedCode other) {
    return programs != null && programs.equals(other.programs);
  }

  /**
   * {@return whether all code of an earlier time is still loaded} Then every address seen in
   * between lies in code that is loaded now.
   */
  public boolean onlyAddsTo(LoadedCode earlier) {
    return modules != null
        && earlier.modules != null
        && places(modules).containsAll(places(earlier.modules))
        && (programs == null
            || (earlier.programs != null && new HashSet<>(programs).containsAll(earlier.programs)));
  }

  /** {@return the modules and the programs, each only if known and the same at both times} */
  public LoadedCode sharedWith(LoadedCode other) {
    return new LoadedCode(
        sameModules(other) ? modules : null, samePrograms(other) ? programs : null);
  }

  // The lines without the state.
  private static Set<String> places(String modules) {
    return modules.lines().map(line -> line.replaceFirst(" \\S+ (\\S+)$", " $1")).collect(toSet());
  }

  static @Nullable String modulesIn(Path file) {
    try {
      StringBuilder lines = new StringBuilder();
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        // name size uses users state address: uses and users change all the time.
        String[] fields = line.split(" ", -1);
        if (fields.length < 6) {
          return null;
        }
        lines.append(fields[0]).append(' ').append(fields[1]).append(' ');
        lines.append(fields[4]).append(' ').append(fields[5]).append('\n');
      }
      return lines.toString();
    } catch (NoSuchFileException _) {
      return ""; // a kernel without modules
    } catch (IOException _) {
      return null;
    }
  }

  private static @Nullable List<Integer> programIds() {
    if (Libbpf.problem() != null) {
      return null;
    }
    List<Integer> ids = new ArrayList<>();
    boolean complete =
        add(ids, 1, LibbpfCalls::nextProgramId) && add(ids, -1, LibbpfCalls::nextLinkId);
    return complete ? List.copyOf(ids) : null;
  }

  private static boolean add(List<Integer> ids, int sign, IntUnaryOperator nextId) {
    int id = 0;
    while (ids.size() < MAX_PROGRAMS) {
      id = nextId.applyAsInt(id);
      if (id < 0) {
        return id == -Errno.ENOENT;
      }
      ids.add(sign * id);
    }
    return false;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LoadedCode code
        && Objects.equals(modules, code.modules)
        && Objects.equals(programs, code.programs);
  }

  @Override
  public int hashCode() {
    return Objects.hash(modules, programs);
  }

  /** {@return the modules and the programs} */
  @Override
  public String toString() {
    return "modules " + modules + ", programs " + programs;
  }
}
