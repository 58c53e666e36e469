package io.dropwatch.pcapfilter.internal.names;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Ports by service name. */
public final class Services {
  private static final Map<String, Integer> TCP = new HashMap<>();
  private static final Map<String, Integer> UDP = new HashMap<>();

  static {
    for (String[] row : NameTable.rows("services.txt")) {
      int slash = row[1].indexOf('/');
      Integer port = Integer.valueOf(row[1].substring(0, slash));
      Map<String, Integer> table =
          switch (row[1].substring(slash + 1)) {
            case "tcp" -> TCP;
            case "udp" -> UDP;
            default -> null;
          };
      for (int i = 0; table != null && i < row.length; i++) {
        if (i != 1) {
          table.putIfAbsent(row[i], port);
        }
      }
    }
  }

  private Services() {}

  /**
   * A service.
   *
   * @param port its port
   * @param protocol 6 or 17 when the table knows it over one of them only; empty when over both
   */
  public record Service(int port, OptionalInt protocol) {}

  /** The service of a name or of digits, or null; libpcap prefers tcp where the ports differ. */
  public static @Nullable Service find(String name) {
    if (!name.isEmpty() && name.length() < 10 && name.chars().allMatch(Services::digit)) {
      return new Service(Integer.parseInt(name), OptionalInt.empty());
    }
    Integer tcp = TCP.get(name);
    Integer udp = UDP.get(name);
    if (tcp != null) {
      boolean both = tcp.equals(udp);
      return new Service(tcp, both ? OptionalInt.empty() : OptionalInt.of(6));
    }
    return udp == null ? null : new Service(udp, OptionalInt.of(17));
  }

  private static boolean digit(int c) {
    return c >= '0' && c <= '9';
  }
}
