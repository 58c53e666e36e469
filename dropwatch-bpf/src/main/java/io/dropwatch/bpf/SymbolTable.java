package io.dropwatch.bpf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The lines of {@code /proc/kallsyms}: {@code address type name [module]}.
 *
 * <p>Of a line only numbers are kept: the address, the index of the module, and the offset of the
 * name in the bytes of all names.
 */
final class SymbolTable {
  private static final int MAX_LINE = 4096;

  private long[] addresses = new long[1 << 17];
  private int[] names = new int[1 << 17];
  private short[] modules = new short[1 << 17];
  private int count;
  private boolean hidden = true;
  private final ByteArrayOutputStream nameBytes = new ByteArrayOutputStream(1 << 21);
  private final List<String> moduleNames = new ArrayList<>(List.of(""));
  private final Map<String, Short> moduleNumbers = new HashMap<>();

  /** Instead of a name: the symbol is not code, and only ends the one before. */
  static final int NOT_CODE = -1;

  /** Labels at the end of code. */
  private static final List<String> ENDS = List.of("_etext", "_einittext", "_end");

  /** Reads to the end. Lines of other formats are skipped. */
  static SymbolTable read(InputStream lines) throws IOException {
    SymbolTable table = new SymbolTable();
    byte[] buffer = new byte[1 << 16];
    int held = 0;
    int read;
    while ((read = lines.read(buffer, held, buffer.length - held)) >= 0) {
      held += read;
      int start = 0;
      for (int i = held - read; i < held; i++) {
        if (buffer[i] == '\n') {
          table.add(buffer, start, i);
          start = i + 1;
        }
      }
      if (held - start > MAX_LINE) {
        start = held;
      }
      System.arraycopy(buffer, start, buffer, 0, held - start);
      held -= start;
    }
    table.add(buffer, 0, held);
    return table;
  }

  private void add(byte[] buffer, int start, int end) {
    long address = 0;
    int at = start;
    int digit;
    while (at < end && at - start < 16 && (digit = Character.digit(buffer[at], 16)) >= 0) {
      address = address << 4 | digit;
      at++;
    }
    if (at == start || end - at < 4 || buffer[at] != ' ' || buffer[at + 2] != ' ') {
      return;
    }
    int type = buffer[at + 1];
    int name = at + 3;
    int nameEnd = name;
    while (nameEnd < end && buffer[nameEnd] != '\t' && buffer[nameEnd] != ' ') {
      nameEnd++;
    }
    if (nameEnd == name || Short.MAX_VALUE == moduleNames.size()) {
      return;
    }
    hidden &= address == 0;
    if (address == 0 || type == 'A' || type == 'a') {
      return; // per-CPU offsets and constants
    }
    boolean code = type == 't' || type == 'T' || type == 'w' || type == 'W';
    append(
        address,
        code && !isEnd(buffer, name, nameEnd) ? keep(buffer, name, nameEnd) : NOT_CODE,
        module(buffer, nameEnd, end));
  }

  private static boolean isEnd(byte[] buffer, int from, int to) {
    return buffer[from] == '_'
        && ENDS.contains(new String(buffer, from, to - from, StandardCharsets.ISO_8859_1));
  }

  private int keep(byte[] buffer, int from, int to) {
    int offset = nameBytes.size();
    nameBytes.write(buffer, from, to - from);
    nameBytes.write(0);
    return offset;
  }

  private short module(byte[] buffer, int from, int to) {
    int open = from;
    while (open < to && buffer[open] != '[') {
      open++;
    }
    int close = open;
    while (close < to && buffer[close] != ']') {
      close++;
    }
    if (close - open < 2) {
      return 0;
    }
    String name = new String(buffer, open + 1, close - open - 1, StandardCharsets.UTF_8);
    return moduleNumbers.computeIfAbsent(
        name,
        added -> {
          moduleNames.add(added);
          return (short) (moduleNames.size() - 1);
        });
  }

  private void append(long address, int name, short module) {
    if (count == addresses.length) {
      addresses = Arrays.copyOf(addresses, count * 2);
      names = Arrays.copyOf(names, count * 2);
      modules = Arrays.copyOf(modules, count * 2);
    }
    addresses[count] = address;
    names[count] = name;
    modules[count] = module;
    count++;
  }

  /** {@return whether all addresses are 0, which is how the kernel hides them} */
  boolean hidden() {
    return hidden;
  }

  /** {@return the line numbers in the order of the addresses; equal addresses as in the file} */
  int[] order() {
    boolean sorted = true;
    for (int i = 1; i < count && sorted; i++) {
      sorted = Long.compareUnsigned(addresses[i - 1], addresses[i]) <= 0;
    }
    Integer[] order = new Integer[sorted ? 0 : count];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Long.compareUnsigned(addresses[a], addresses[b]));
    int[] result = new int[count];
    Arrays.setAll(result, i -> order.length == 0 ? i : order[i]);
    return result;
  }

  int count() {
    return count;
  }

  long address(int line) {
    return addresses[line];
  }

  int name(int line) {
    return names[line];
  }

  short module(int line) {
    return modules[line];
  }

  byte[] nameBytes() {
    return nameBytes.toByteArray();
  }

  List<String> moduleNames() {
    return List.copyOf(moduleNames);
  }
}
