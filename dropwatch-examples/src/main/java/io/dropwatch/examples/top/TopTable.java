package io.dropwatch.examples.top;

import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.NetworkNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Formats rows as lines of text that fit a width and cannot control the terminal. */
final class TopTable {
  /** No limit, for files and pipes. */
  static final int ANY_WIDTH = Integer.MAX_VALUE;

  private static final String PREFIX = "SKB_DROP_REASON_";
  private static final List<String> TITLES =
      List.of("DROPS/S", "TOTAL", "REASON", "WHERE", "DEVICE", "NETNS", "PROTOCOL");
  private static final int NUMERIC_COLUMNS = 2;

  /** The width that a column keeps if not everything fits. */
  private static final List<Integer> MIN_WIDTHS = List.of(7, 5, 14, 12, 6, 6, 8);

  private final Function<NetworkNamespace, String> namespaces;

  TopTable(Function<NetworkNamespace, String> namespaces) {
    this.namespaces = namespaces;
  }

  /** Returns one line with the totals. */
  String summary(DropCounts all, DropCounts interval) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "dropwatch: %s drops/s, %d in %d s, %d kinds",
            rate(interval.perSecond()),
            all.counted(),
            all.elapsed().toSeconds(),
            all.counts().size()));
    append(line, all.excluded(), "on other devices");
    append(line, all.filtered(), "not matching");
    append(line, all.overflow(), "beyond --max-kinds");
    append(line, all.missed(), "missed by the kernel");
    return line.toString();
  }

  private static void append(StringBuilder line, long count, String what) {
    if (count > 0) {
      line.append("; ").append(count).append(' ').append(what);
    }
  }

  /** Returns the titles and a line for each row. */
  List<String> lines(List<TopRow> rows, int width) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(TITLES);
    rows.forEach(row -> cells.add(cells(row)));
    int[] widths = widths(cells, width);
    return cells.stream().map(line -> cut(line(line, widths), width)).toList();
  }

  private List<String> cells(TopRow row) {
    DropKind kind = row.kind();
    String reason = kind.reason().name();
    String device =
        kind.device() != null ? kind.device() : kind.ifindex() == 0 ? "-" : "#" + kind.ifindex();
    return List.of(
        rate(row.perSecond()),
        Long.toString(row.total()),
        printable(reason.startsWith(PREFIX) ? reason.substring(PREFIX.length()) : reason),
        kind.isOther() ? "-" : where(kind),
        printable(device),
        kind.user() == DropKind.NO_USER
            ? printable(namespaces.apply(kind.networkNamespace()))
            : "user " + kind.user(),
        kind.isOther() ? "-" : kind.protocolLabel());
  }

  private static String where(DropKind kind) {
    return kind.source() == DropSource.HARDWARE
        ? kind.source().label()
        : printable(kind.location().name());
  }

  private static String rate(double perSecond) {
    // One decimal below ten, so that one drop in a few seconds is not shown as 0.
    return String.format(Locale.ROOT, perSecond > 0 && perSecond < 10 ? "%.1f" : "%.0f", perSecond);
  }

  /** Returns the widths of the content; if too wide, the widest columns are cut first. */
  private static int[] widths(List<List<String>> cells, int width) {
    int[] widths = new int[TITLES.size()];
    int sum = TITLES.size() - 1;
    for (int column = 0; column < widths.length; column++) {
      for (List<String> line : cells) {
        widths[column] = Math.max(widths[column], line.get(column).length());
      }
      sum += widths[column];
    }
    while (sum > width) {
      int widest = -1;
      for (int column = NUMERIC_COLUMNS; column < widths.length; column++) {
        if (widths[column] > MIN_WIDTHS.get(column)
            && (widest < 0 || widths[column] > widths[widest])) {
          widest = column;
        }
      }
      if (widest < 0) {
        break;
      }
      widths[widest]--;
      sum--;
    }
    return widths;
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cut(cells.get(column), widths[column]);
      String filling = " ".repeat(widths[column] - cell.length());
      line.append(column == 0 ? "" : " ");
      line.append(column < NUMERIC_COLUMNS ? filling + cell : cell + filling);
    }
    return line.toString().stripTrailing();
  }

  static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "~";
  }

  /**
   * Returns a name with control and non-ASCII characters as {@code \\u} escapes: anybody can choose
   * the name of a device.
   */
  static String printable(String name) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c > ' ' && c < 0x7f && c != '\\') {
        text.append(c);
      } else {
        text.append(c == '\\' ? "\\\\" : String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return text.toString();
  }
}
