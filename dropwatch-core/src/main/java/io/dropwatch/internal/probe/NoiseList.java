package io.dropwatch.internal.probe;

import io.dropwatch.bpf.KernelSymbols;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * What the probe takes out as noise ({@code noise.h}). A rule is known by its place in {@code
 * rules}.
 *
 * @param rules names of the rules that the probe decides, in their order
 * @param reasons the first rule of each number of a drop reason
 * @param locations code of functions that drop, in the order of the rules
 */
public record NoiseList(
    List<String> rules, Map<Integer, Integer> reasons, List<Location> locations) {
  /** MAX_NOISE_LOCATIONS in {@code noise.h}. */
  public static final int MAX_LOCATIONS = 64;

  /** Nothing is noise. */
  public static final NoiseList NONE = new NoiseList(List.of(), Map.of(), List.of());

  /**
   * A piece of code.
   *
   * @param rule that takes out what it drops
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

  /** Whether there is nothing that the probe decides. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }
}
