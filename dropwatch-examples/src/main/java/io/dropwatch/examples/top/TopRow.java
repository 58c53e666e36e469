package io.dropwatch.examples.top;

import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * One kind of drops.
 *
 * @param perSecond in the last interval
 * @param total since the start
 */
record TopRow(DropKind kind, double perSecond, long total) {
  /** Every kind that was counted, in the order asked for; the busiest first among equals. */
  static List<TopRow> of(DropCounts all, DropCounts interval, TopOrder order) {
    return all.counts().entrySet().stream()
        .map(each -> new TopRow(each.getKey(), interval.perSecond(each.getKey()), each.getValue()))
        .sorted(comparator(order))
        .toList();
  }

  private static Comparator<TopRow> comparator(TopOrder order) {
    Comparator<TopRow> byRate = Comparator.comparingDouble(row -> -row.perSecond);
    Comparator<TopRow> byTotal = Comparator.comparingLong(row -> -row.total);
    Comparator<TopRow> first =
        switch (order) {
          case rate -> byRate;
          case total -> byTotal;
          case reason -> Comparator.comparing(row -> row.kind.reason().name());
          case device ->
              Comparator.comparing(row -> Objects.requireNonNullElse(row.kind.device(), ""));
        };
    return first
        .thenComparing(byRate)
        .thenComparing(byTotal)
        .thenComparing(row -> row.kind.toString());
  }
}
