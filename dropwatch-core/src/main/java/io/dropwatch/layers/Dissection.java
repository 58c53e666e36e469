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
  private final boolean isQuote;
  private final List<Layer> layers = new ArrayList<>(4);
  private @Nullable Layers inner;
  private @Nullable Layers quoted;
  private boolean truncated;
  private boolean malformed;

  Dissection(Cursor cursor) {
    this(cursor, 0, false);
  }

  private Dissection(Cursor cursor, int nesting, boolean isQuote) {
    this.cursor = cursor;
    this.nesting = nesting;
    this.isQuote = isQuote;
  }

  Cursor cursor() {
    return cursor;
  }

  /** Whether this is the beginning of a packet that an error message quotes. */
  boolean isQuote() {
    return isQuote;
  }

  /**
   * Whether a header's next {@code count} bytes are there. If not, notes why: the capture ended, or
   * the packet did, by its own account. A quotation may end anywhere.
   */
  boolean has(int count) {
    if (cursor.remaining() >= count) {
      return true;
    }
    if (isQuote || cursor.endsWithCapture()) {
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
    var rest = new Dissection(cursor, nesting + 1, isQuote);
    decoder.accept(rest);
    truncated |= rest.truncated;
    malformed |= rest.malformed;
    if (!rest.layers.isEmpty()) {
      inner = rest.finish();
    }
  }

  /**
   * Decodes the rest as the beginning of another packet. That it is not whole, or was broken, says
   * nothing of the one that quotes it.
   */
  void quote(Consumer<Dissection> decoder) {
    if (nesting == MAX_NESTING || cursor.remaining() == 0) {
      return;
    }
    boolean endsWithCapture = cursor.endsWithCapture();
    var rest = new Dissection(cursor, nesting + 1, true);
    decoder.accept(rest);
    truncated |= rest.truncated && endsWithCapture;
    if (!rest.layers.isEmpty()) {
      quoted = rest.finish();
    }
  }

  Layers finish() {
    return new Layers(List.copyOf(layers), inner, quoted, truncated, malformed);
  }
}
