package io.dropwatch.pcapfilter.internal;

/** The check of numbers that callers pass in. */
public final class Arguments {
  private Arguments() {}

  /**
   * Returns the value.
   *
   * @throws IllegalArgumentException if it is not {@code min} to {@code max}
   */
  public static int between(String name, int min, int max, int value) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s must be between %d and %d, was %d".formatted(name, min, max, value));
    }
    return value;
  }
}
