package io.dropwatch.internal.watch;

import io.dropwatch.bpf.NetworkDevices;
import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.NameResolver;
import io.dropwatch.pcapfilter.SkbFilter;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A filter as it was given.
 *
 * @param text not blank
 * @param options what the text does not say itself
 */
public record FilterExpression(String text, FilterOptions options) {
  private static final NameResolver ANY_NAME =
      new NameResolver() {
        @Override
        public List<InetAddress> hosts(String name) {
          return List.of(Inet4Address.ofLiteral("0.0.0.0"), Inet6Address.ofLiteral("::"));
        }

        @Override
        public OptionalInt network(String name) {
          return OptionalInt.of(10);
        }
      };

  /**
   * Returns the filter; null for a text that is null or blank, which matches every packet.
   *
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if it is wrong, whatever its names mean
   */
  public static @Nullable FilterExpression of(@Nullable String text, FilterOptions options) {
    Objects.requireNonNull(options, "options");
    if (text == null || text.isBlank()) {
      return null;
    }
    // Names are resolved where and when the filter is used: here each means something.
    FilterOptions.Builder anyName = options.toBuilder().deviceResolver(_ -> OptionalInt.of(1));
    if (options.nameResolver() != null) {
      anyName.nameResolver(ANY_NAME);
    }
    var _ = SkbFilter.compile(text, anyName.build());
    return new FilterExpression(text, options);
  }

  /**
   * Compiles it for the probe. Devices that it names are those of the calling thread's network
   * namespace, unless the options say otherwise.
   *
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if a name in it is unknown
   */
  SkbFilter compile() {
    FilterOptions here =
        options.deviceResolver() == null
            ? options.toBuilder().deviceResolver(NetworkDevices::ifindex).build()
            : options;
    return SkbFilter.compile(text, here);
  }
}
