package io.dropwatch.layers;

import java.util.StringJoiner;

/** Names of the bits that are set, joined by {@code |}. */
final class FlagText {
  private final StringJoiner names = new StringJoiner("|");

  void add(boolean set, String name) {
    if (set) {
      names.add(name);
    }
  }

  @Override
  public String toString() {
    return names.toString();
  }
}
