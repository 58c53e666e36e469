package io.dropwatch.layers;

import java.util.StringJoiner;

/** Joins the names of the flags that are set with {@code |}. */
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
