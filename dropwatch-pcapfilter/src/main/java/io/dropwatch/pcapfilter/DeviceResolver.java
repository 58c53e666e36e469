package io.dropwatch.pcapfilter;

import java.util.OptionalInt;

/**
 * Turns the name in {@code ifname NAME} into the index of a network device, when {@link
 * FilterOptions.Builder#deviceResolver} says so.
 *
 * <p>Asked while the expression is compiled, on the thread that compiles, and never again: a filter
 * does not follow a device that is made anew. What it throws comes out of {@code compile}
 * unchanged.
 */
@FunctionalInterface
public interface DeviceResolver {

  /**
   * The index of a device, as if_nametoindex(3) gives it; empty when there is none of this name. An
   * index counts within one network namespace, and so does the filter's test.
   */
  OptionalInt index(String name);
}
