package io.dropwatch.internal.watch;

import io.dropwatch.bpf.NetworkDevices;
import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.SkbFilter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A filter as it was given.
 *
 * @param text not blank
 * @param options what the text does not say itself
 */
public record FilterExpression(String text, FilterOptions options) {

  /** {@return the filter; null for a text that is null or blank, which asks for none} */
  public static @Nullable FilterExpression of(@Nullable String text, FilterOptions options) {
    Objects.requireNonNull(options, "options");
    return text == null || text.isBlank() ? null : new FilterExpression(text, options);
  }

  /**
   * Compiles it for the probe. Devices that it names are those of the calling thread's network
   * namespace, unless the options say otherwise.
   *
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if it is not one
   */
  SkbFilter compile() {
    FilterOptions here =
        options.deviceResolver() == null
            ? options.toBuilder().deviceResolver(NetworkDevices::ifindex).build()
            : options;
    return SkbFilter.compile(text, here);
  }
}
