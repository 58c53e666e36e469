package io.dropwatch.output;

import io.dropwatch.layers.Layers;

/** A packet in one line, as {@link TextWriter} shows it within an event. */
public final class PacketText {
  private PacketText() {}

  /** The label, then what each header has to say, in the order of the wire; no line break. */
  public static String line(Layers layers) {
    StringBuilder out = new StringBuilder();
    LayersText.line(out, layers);
    return out.toString();
  }
}
