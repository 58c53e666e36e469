package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.predicate.Quantity;

/** Hands out variables. */
final class Variables {
  private int next;

  Quantity.Variable fresh() {
    return new Quantity.Variable(next++, 0xffff_ffffL);
  }
}
