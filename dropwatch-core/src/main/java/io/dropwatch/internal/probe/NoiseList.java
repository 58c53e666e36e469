package io.dropwatch.internal.probe;

import io.dropwatch.bpf.KernelSymbols;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * Noise rules that the probe applies ({@code noise.h}). A rule is identified by its index in {@code
 * rules}.
 *
 * @param rules names of the rules, in their order
 * @param reasons the first rule for each drop reason
 * @param locations code of functions that drop packets, in the order of the rules
 */
public record NoiseList(
    List<String> rules, Map<Integer, Integer> reasons, List<Location> locations) {
  /** MAX_NOISE_LOCATIONS in {@code noise.h}. */
  public static final int MAX_LOCATIONS = 64;

  /** No rules. */
  public static final NoiseList NONE = new NoiseList(List.of(), Map.of(), List.of());

  /**
   * The code of a function.
   *
   * @param rule suppresses drops in that code
   */
  public record Location(KernelSymbols.Range code, int rule) {
    /** {@code struct noise_location}. */
    byte[] bytes() {
      return ByteBuffer.allocate(3 * Long.BYTES)
          .order(ByteOrder.nativeOrder())
          .putLong(code.start())
          .putLong(code.end())
          .putInt(rule)
          .array();
    }
  }

  public NoiseList {
    rules = List.copyOf(rules);
    reasons = Map.copyOf(reasons);
    locations = List.copyOf(locations);
  }

  /** Returns whether there are no rules. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }
}
