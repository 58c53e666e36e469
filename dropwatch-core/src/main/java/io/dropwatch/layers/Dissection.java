package io.dropwatch.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Layers in the making: what each decoder reads from, adds to, and reports trouble to. */
final class Dissection {
  /**
   * How many packets inside packets are followed. The kernel sends no deeper than 8
   * (net/core/dev_xmit_recursion), and hostile bytes must not exhaust the stack.
   */
  static final int MAX_NESTING = 8;

  private final Cursor cursor;
  private final int nesting;
  private final List<Layer> layers = new ArrayList<>(4);
  private @Nullable Layers inner;
  private boolean truncated;
  private boolean malformed;

  Dissection(Cursor cursor, int nesting) {
    this.cursor = cursor;
    this.nesting = nesting;
  }

  Cursor cursor() {
    return cursor;
  }

  /**
   * Whether a header's next {@code count} bytes are there. If not, notes why: the capture ended, or
   * the packet did, by its own account.
   */
  boolean has(int count) {
    if (cursor.remaining() >= count) {
      return true;
    }
    if (cursor.endsWithCapture()) {
      truncated = true;
    } else {
      malformed = true;
    }
    return false;
  }

  void add(Layer layer) {
    layers.add(layer);
  }

  /** A header contradicts itself; what follows cannot be told. */
  void malformed() {
    malformed = true;
  }

  /** Decodes the rest as a packet of its own. */
  void inside(Consumer<Dissection> decoder) {
    if (nesting == MAX_NESTING || cursor.remaining() == 0) {
      return;
    }
    var rest = new Dissection(cursor, nesting + 1);
    decoder.accept(rest);
    truncated |= rest.truncated;
    malformed |= rest.malformed;
    if (!rest.layers.isEmpty()) {
      inner = rest.finish();
    }
  }

  Layers finish() {
    return new Layers(List.copyOf(layers), inner, truncated, malformed);
  }
}
