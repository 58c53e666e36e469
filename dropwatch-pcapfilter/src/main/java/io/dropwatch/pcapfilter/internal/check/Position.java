package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import org.jspecify.annotations.Nullable;

/**
 * A position in the packet.
 *
 * @param area where offsets count from
 * @param base variable part, or null
 * @param offset constant part
 */
record Position(Operand.Area area, @Nullable Operand base, int offset) {

  static Position window(int offset) {
    return new Position(Operand.Area.WINDOW, null, offset);
  }

  static Position at(Operand base) {
    return new Position(Operand.Area.WINDOW, base, 0);
  }

  Position plus(int distance) {
    return new Position(area, base, offset + distance);
  }

  Operand load(int distance, int size) {
    return new Operand.Load(area, base, offset + distance, size);
  }

  /** A load at a distance that is computed from the packet; distances add up modulo 2^32. */
  Operand load(Operand distance, int size) {
    if (distance instanceof Operand.Constant(int value) && base == null) {
      return constantIndex(value, size);
    }
    Operand index = base == null ? distance : Operand.of(Operand.Operator.ADD, base, distance);
    return new Operand.Load(area, index, offset, size);
  }

  // libpcap adds a constant index at run time, without wrapping: if offset + index exceeds 32 bits,
  // the load fails.
  private Operand constantIndex(int value, int size) {
    long sum = Integer.toUnsignedLong(value) + Integer.toUnsignedLong(offset);
    return sum > 0xffff_ffffL
        ? new Operand.Load(area, null, -1, size)
        : new Operand.Load(area, null, (int) sum, size);
  }
}
