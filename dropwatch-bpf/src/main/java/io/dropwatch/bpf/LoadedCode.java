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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is loaded into the kernel beside its own code. While two of these are equal, {@link
 * KernelSymbols} read at one of these times hold at the other: where code comes to lie that was not
 * there, something here is different.
 *
 * @param modules a line for each: name, size, state, address (proc_modules(5)); null when that is
 *     not to be known
 * @param programs ids of eBPF programs, and negated ones of their links, which the kernel does not
 *     use again; null when they were not asked for, or are not to be known
 */
public record LoadedCode(@Nullable String modules, @Nullable List<Integer> programs) {
  /** Nothing is known, so this says nothing of any symbol. */
  public static final LoadedCode UNKNOWN = new LoadedCode(null, null);

  private static final Path MODULES = Path.of("/proc/modules");
  private static final int MOST_PROGRAMS = 1 << 16;

  public LoadedCode {
    programs = programs == null ? null : List.copyOf(programs);
  }

  /**
   * What is loaded now: 0.1 ms for a hundred modules and as many programs.
   *
   * @param programs whether to look at eBPF programs too, which needs libbpf and CAP_SYS_ADMIN
   */
  public static LoadedCode now(boolean programs) {
    return new LoadedCode(modulesIn(MODULES), programs ? programIds() : null);
  }

  /** Whether the modules are known, and the same as those of another time. */
  public boolean sameModules(LoadedCode other) {
    return modules != null && modules.equals(other.modules);
  }

  /** Whether the programs are known, and the same as those of another time. */
  public boolean samePrograms(LoadedCode other) {
    return programs != null && programs.equals(other.programs);
  }

  /**
   * Whether everything of an earlier time is still there, so that whatever is met in the time
   * between lies in what is here now.
   */
  public boolean onlyAddsTo(LoadedCode earlier) {
    return modules != null
        && earlier.modules != null
        && places(modules).containsAll(places(earlier.modules))
        && (programs == null
            || (earlier.programs != null && new HashSet<>(programs).containsAll(earlier.programs)));
  }

  /** What is known, and the same, of both times. */
  public LoadedCode sharedWith(LoadedCode other) {
    return new LoadedCode(
        sameModules(other) ? modules : null, samePrograms(other) ? programs : null);
  }

  // A module's state says nothing of where it lies.
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
    boolean complete = add(ids, 1, Downcalls::nextProgramId) && add(ids, -1, Downcalls::nextLinkId);
    return complete ? ids : null;
  }

  /** {@code -ENOENT} behind the last. */
  private interface NextId {
    int after(int id);
  }

  private static boolean add(List<Integer> ids, int sign, NextId next) {
    int id = 0;
    while (ids.size() < MOST_PROGRAMS) {
      id = next.after(id);
      if (id < 0) {
        return id == -Errno.ENOENT;
      }
      ids.add(sign * id);
    }
    return false;
  }
}
