package io.dropwatch.pcapfilter.internal.names;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** IP protocol numbers by name. */
public final class ProtocolNumbers {
  private static final Map<String, Integer> NUMBERS = new HashMap<>();

  static {
    for (String[] row : NameTable.rows("protocols.txt")) {
      for (int i = 0; i < row.length; i++) {
        if (i != 1) {
          NUMBERS.putIfAbsent(row[i], Integer.valueOf(row[1]));
        }
      }
    }
  }

  private ProtocolNumbers() {}

  /** The number of a protocol, name in the case of the table. */
  public static OptionalInt number(String name) {
    Integer number = NUMBERS.get(name);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }
}
