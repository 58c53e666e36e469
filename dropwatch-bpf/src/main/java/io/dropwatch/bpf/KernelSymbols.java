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
 * A snapshot of the kernel's symbols from {@code /proc/kallsyms}, which resolves code addresses to
 * names. Immutable, some megabytes, safe for any thread. Modules and eBPF programs that are loaded
 * later are missing; see {@link #refreshed}.
 *
 * <p>A doubtful address gets no name rather than a wrong one. Only symbols of code count (types t,
 * T, w, W of nm(1)), each up to the next symbol of any type. kallsyms has no sizes, so the last
 * symbol of the kernel, the last of a module, and each eBPF program extend to the end of their
 * page. Of several symbols at one address the first in the file counts, as in the kernel's stack
 * traces.
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
        // Data and code at one address: code.
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
   * {@return the symbols of the running kernel}
   *
   * @throws BpfException if {@code /proc/kallsyms} cannot be read
   */
  public static KernelSymbols load() {
    return load(KALLSYMS);
  }

  /**
   * {@return the symbols in a file with the format of {@code /proc/kallsyms}}
   *
   * @throws BpfException if the file cannot be read
   */
  public static KernelSymbols load(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file, in);
    } catch (IOException e) {
      throw BpfException.unreadable(
          BpfException.Code.UNREADABLE_FILE,
          "cannot read the kernel's symbols from " + file,
          e,
          "mount /proc, and use a kernel built with CONFIG_KALLSYMS=y");
    }
  }

  /** {@return the symbols in lines that came from a file} */
  static KernelSymbols read(Path file, InputStream lines) throws IOException {
    return new KernelSymbols(file, SymbolTable.read(lines));
  }

  /**
   * {@return a new snapshot of the same file} It takes as long as the first.
   *
   * @throws BpfException if the file cannot be read any more
   */
  public KernelSymbols refreshed() {
    return load(source);
  }

  /**
   * {@return whether the kernel hides all addresses from this process} A process with CAP_SYSLOG
   * sees them, unless {@code kernel.kptr_restrict} is 2.
   */
  public boolean hidden() {
    return hidden;
  }

  /** {@return the number of symbols of code} */
  public int size() {
    return starts.length;
  }

  /** {@return the symbol that contains an address, or null if none certainly does} */
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
   * An address range of code.
   *
   * @param start the first address
   * @param end the address after the last
   */
  public record Range(long start, long end) {}

  /**
   * {@return the address ranges of a function: none if it is unknown, several if the compiler split
   * it ({@code name.cold}) or specialised it ({@code name.isra.0}), or if several files have a
   * function of that name}
   */
  public List<Range> ranges(String function) {
    byte[] wanted = function.getBytes(StandardCharsets.UTF_8);
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      int from = names[i];
      int nameEnd = from + wanted.length;
      if (nameEnd < nameBytes.length
          && (nameBytes[nameEnd] == 0 || nameBytes[nameEnd] == '.')
          && Arrays.equals(nameBytes, from, nameEnd, wanted, 0, wanted.length)) {
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
