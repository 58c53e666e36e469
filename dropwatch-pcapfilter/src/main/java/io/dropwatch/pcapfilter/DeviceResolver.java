package io.dropwatch.pcapfilter;

import java.util.OptionalInt;

/**
 * Resolves the name in {@code ifname NAME} to the index of a network device; see {@link
 * FilterOptions.Builder#deviceResolver}.
 *
 * <p>Called while an expression is compiled, on the compiling thread. A filter does not follow a
 * device that is deleted and created again. {@code compile} passes on what it throws.
 */
@FunctionalInterface
public interface DeviceResolver {

  /**
   * Returns the index of a device, as if_nametoindex(3) does; empty if no device has this name. An
   * index is valid within one network namespace.
   */
  OptionalInt ifindex(String name);
}
