package io.dropwatch.internal.probe;

import io.dropwatch.bpf.KernelSymbols;
import java.util.List;
import java.util.Set;

/**
 * What the probe takes out as noise ({@code noise.h}).
 *
 * @param reasons numbers of drop reasons
 * @param locations code of functions that drop
 */
public record NoiseList(Set<Integer> reasons, List<KernelSymbols.Range> locations) {
  /** MOST_NOISE_LOCATIONS. */
  public static final int MOST_LOCATIONS = 64;

  /** Nothing is noise. */
  public static final NoiseList NONE = new NoiseList(Set.of(), List.of());

  public NoiseList {
    reasons = Set.copyOf(reasons);
    locations = List.copyOf(locations);
  }
}
