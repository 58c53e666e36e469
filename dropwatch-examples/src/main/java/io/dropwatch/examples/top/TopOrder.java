package io.dropwatch.examples.top;

/** What the table is sorted by. */
public enum TopOrder {
  /** Drops a second in the last interval. */
  rate,
  /** Drops since the start. */
  total,
  /** The reason's name. */
  reason,
  /** The device's name. */
  device
}
