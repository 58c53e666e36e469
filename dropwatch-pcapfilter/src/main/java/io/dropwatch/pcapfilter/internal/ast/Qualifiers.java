package io.dropwatch.pcapfilter.internal.ast;

import org.jspecify.annotations.Nullable;

/**
 * The qualifiers before a value.
 *
 * @param protocol null when not written
 * @param direction null when not written
 * @param type null when not written
 */
public record Qualifiers(
    @Nullable Protocol protocol, @Nullable Direction direction, @Nullable Type type) {

  /** Which end of a packet. */
  public enum Direction {
    /** The sender. */
    SRC("src"),
    /** The receiver. */
    DST("dst"),
    /** Either; the same as no direction. */
    SRC_OR_DST("src or dst"),
    /** Both. */
    SRC_AND_DST("src and dst");

    private final String words;

    Direction(String words) {
      this.words = words;
    }

    /** Returns it as written. */
    public String words() {
      return words;
    }
  }

  /** What kind of value follows. */
  public enum Type {
    /** An address; the default. */
    HOST("host"),
    /** A network. */
    NET("net"),
    /** A port. */
    PORT("port"),
    /** A range of ports. */
    PORTRANGE("portrange"),
    /** A protocol carried by the one before. */
    PROTO("proto"),
    /** A protocol anywhere in the chain of headers. */
    PROTOCHAIN("protochain");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    /** Returns it as written. */
    public String word() {
      return word;
    }
  }

  /** Returns the keywords in the order of the grammar. */
  public String words() {
    StringBuilder out = new StringBuilder();
    if (protocol != null) {
      out.append(protocol.word()).append(' ');
    }
    if (direction != null) {
      out.append(direction.words()).append(' ');
    }
    if (type != null) {
      out.append(type.word()).append(' ');
    }
    return out.toString().stripTrailing();
  }
}
