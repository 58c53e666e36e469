package io.dropwatch.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A decoding in progress: the bytes to read, the layers found so far, and what is wrong. */
final class Dissection {
  /**
   * The most packets inside packets that are decoded. The kernel's transmit recursion ends at 8
   * (XMIT_RECURSION_LIMIT), and hostile bytes must not exhaust the stack.
   */
  static final int MAX_NESTING = 8;

  /**
   * The most headers of one packet. The probe captures 256 bytes and a MAC header, so no drop has
   * more than 65; a header after this many counts as malformed.
   */
  static final int MAX_HEADERS = 128;

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

  /** Returns whether this is a packet that an ICMP error quotes. */
  boolean isQuote() {
    return isQuote;
  }

  /**
   * Returns whether the next {@code count} bytes of a header are there. If not, records why: the
   * capture is truncated, or the packet's own length is too small. A quoted packet may end
   * anywhere.
   */
  boolean has(int count) {
    if (layers.size() == MAX_HEADERS) {
      malformed = true;
      return false;
    }
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

  /** Records that a header is inconsistent; what follows cannot be decoded. */
  void malformed() {
    malformed = true;
  }

  /** Decodes the rest as a packet inside this one. */
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
   * Decodes the rest as the beginning of a quoted packet. That it is incomplete or malformed does
   * not make the quoting packet so.
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
