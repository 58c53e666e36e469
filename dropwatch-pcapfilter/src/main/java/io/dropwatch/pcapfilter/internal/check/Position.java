package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * A place in the packet.
 *
 * @param area where offsets count from
 * @param base variable part, or null
 * @param offset constant part
 */
record Position(Quantity.Area area, @Nullable Quantity base, int offset) {

  static Position window(int offset) {
    return new Position(Quantity.Area.WINDOW, null, offset);
  }

  static Position at(Quantity base) {
    return new Position(Quantity.Area.WINDOW, base, 0);
  }

  Position plus(int distance) {
    return new Position(area, base, offset + distance);
  }

  Quantity load(int distance, int size) {
    return new Quantity.Load(area, base, offset + distance, size);
  }

  /** A load whose distance is known only from the packet; distances add up modulo 2 to the 32. */
  Quantity load(Quantity distance, int size) {
    if (distance instanceof Quantity.Constant(int value) && base == null) {
      return constantIndex(value, size);
    }
    Quantity index = base == null ? distance : Quantity.of(Quantity.Operator.ADD, base, distance);
    return new Quantity.Load(area, index, offset, size);
  }

  // libpcap adds a constant index at run time and without wrapping: offset + index may leave 32
  // bits, and then the load fails.
  private Quantity constantIndex(int value, int size) {
    long sum = Integer.toUnsignedLong(value) + Integer.toUnsignedLong(offset);
    return sum > 0xffff_ffffL
        ? new Quantity.Load(area, null, -1, size)
        : new Quantity.Load(area, null, (int) sum, size);
  }
}
