package io.dropwatch.examples.top;

import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A row of the table: one kind of drops.
 *
 * @param perSecond drops per second in the last interval
 * @param total drops since the start
 */
record TopRow(DropKind kind, double perSecond, long total) {
  /** Returns a row for each kind, in the given order; equal ones by rate. */
  static List<TopRow> of(DropCounts all, DropCounts interval, TopSession.Order order) {
    return all.counts().entrySet().stream()
        .map(each -> new TopRow(each.getKey(), interval.perSecond(each.getKey()), each.getValue()))
        .sorted(comparator(order))
        .toList();
  }

  private static Comparator<TopRow> comparator(TopSession.Order order) {
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
