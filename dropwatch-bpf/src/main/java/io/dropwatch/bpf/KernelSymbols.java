package io.dropwatch.bpf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names for addresses in the kernel's code, from {@code /proc/kallsyms}.
 *
 * <p>A snapshot: immutable, some megabytes, safe for any thread. What is loaded later (modules,
 * eBPF programs) is unknown to it; {@link #refreshed} takes another.
 *
 * <p>It rather gives no name than a wrong one. Only symbols of code are resolved (types t, T, w, W
 * of nm(1)), each up to the next symbol of any type. kallsyms has no sizes, so the last symbol of
 * the kernel, of a module, and each eBPF program is trusted to the end of its page only. Of several
 * symbols at one address the first in the file counts, as in the kernel's own stack traces.
 */
public final class KernelSymbols {
  private static final Path KALLSYMS = Path.of("/proc/kallsyms");
  private static final long PAGE = 4096;

  private final Path source;
  private final boolean hidden;
  private final long[] starts;
  private final long[] ends;
  private final int[] names;
  private final short[] modules;
  private final byte[] nameBytes;
  private final List<String> moduleNames;

  private KernelSymbols(Path source, SymbolTable table) {
    this.source = source;
    this.hidden = table.hidden();
    this.nameBytes = table.nameBytes();
    this.moduleNames = table.moduleNames();
    int[] order = table.order();
    long[] from = new long[order.length];
    long[] to = new long[order.length];
    int[] named = new int[order.length];
    short[] owner = new short[order.length];
    int kept = 0;
    int next;
    for (int i = 0; i < order.length; i = next) {
      int line = order[i];
      long address = table.address(line);
      next = i + 1;
      while (next < order.length && table.address(order[next]) == address) {
        // An alias of data before one of code is still code.
        if (table.name(line) == SymbolTable.NOT_CODE) {
          line = order[next];
        }
        next++;
      }
      if (table.name(line) == SymbolTable.NOT_CODE) {
        continue;
      }
      from[kept] = address;
      to[kept] = end(table, line, next < order.length ? order[next] : -1);
      named[kept] = table.name(line);
      owner[kept++] = table.module(line);
    }
    starts = Arrays.copyOf(from, kept);
    ends = Arrays.copyOf(to, kept);
    names = Arrays.copyOf(named, kept);
    modules = Arrays.copyOf(owner, kept);
  }

  private long end(SymbolTable table, int line, int following) {
    long pageEnd = (table.address(line) | (PAGE - 1)) + 1;
    if (following < 0) {
      return pageEnd;
    }
    boolean contiguous =
        table.module(line) == table.module(following)
            && !moduleNames.get(table.module(line)).equals("bpf");
    long next = table.address(following);
    return contiguous || Long.compareUnsigned(next, pageEnd) < 0 ? next : pageEnd;
  }

  /**
   * Reads the running kernel's symbols.
   *
   * @throws BpfException if {@code /proc/kallsyms} cannot be read
   */
  public static KernelSymbols load() {
    return load(KALLSYMS);
  }

  /**
   * Reads a file of the same form, such as another machine's.
   *
   * @throws BpfException if it cannot be read
   */
  public static KernelSymbols load(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file, in);
    } catch (IOException e) {
      throw BpfException.unreadable(
          BpfException.Code.UNREADABLE_FILE,
          "cannot read the kernel's symbols from " + file,
          e,
          "Mount /proc, and use a kernel built with CONFIG_KALLSYMS=y");
    }
  }

  /** Reads lines of the same form, which came from a file. */
  static KernelSymbols read(Path file, InputStream lines) throws IOException {
    return new KernelSymbols(file, SymbolTable.read(lines));
  }

  /**
   * {@return the symbols as they are now} For addresses that were unknown; it costs as much as the
   * first time, so a caller does it once and remembers.
   *
   * @throws BpfException if they cannot be read any more
   */
  public KernelSymbols refreshed() {
    return load(source);
  }

  /**
   * {@return whether the kernel hides all addresses} It shows them to processes with CAP_SYSLOG,
   * unless {@code kernel.kptr_restrict} is 2.
   */
  public boolean hidden() {
    return hidden;
  }

  /** {@return how many symbols of code are known} */
  public int size() {
    return starts.length;
  }

  /** {@return the symbol that an address lies in, or null where none is known for certain} */
  public @Nullable KernelSymbol resolve(long address) {
    int low = 0;
    int high = starts.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(starts[middle], address) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    if (high < 0 || Long.compareUnsigned(address, ends[high]) >= 0) {
      return null;
    }
    return new KernelSymbol(
        name(names[high]), address - starts[high], moduleNames.get(modules[high]));
  }

  /**
   * Code of a function.
   *
   * @param start first address
   * @param end address behind the last
   */
  public record Range(long start, long end) {}

  /**
   * {@return where the code of a function is: none if no such function is known, several where the
   * compiler split it ({@code name.cold}), made a variant of it ({@code name.isra.0}), or files
   * have functions of one name}
   */
  public List<Range> ranges(String function) {
    byte[] wanted = function.getBytes(StandardCharsets.UTF_8);
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      int from = names[i];
      int behind = from + wanted.length;
      if (behind < nameBytes.length
          && (nameBytes[behind] == 0 || nameBytes[behind] == '.')
          && Arrays.equals(nameBytes, from, behind, wanted, 0, wanted.length)) {
        ranges.add(new Range(starts[i], ends[i]));
      }
    }
    return ranges;
  }

  private String name(int offset) {
    int end = offset;
    while (nameBytes[end] != 0) {
      end++;
    }
    return new String(nameBytes, offset, end - offset, StandardCharsets.UTF_8);
  }
}
