package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.NameResolver;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that change how a filter expression is compiled. */
public final class FilterSettings {
  @Option(
      names = "--resolve",
      order = 1,
      description = "Resolve host names in the filter once, as tcpdump does.")
  private boolean resolve;

  @Option(
      names = "--netmask",
      paramLabel = "<mask>",
      order = 1,
      description = "Network mask for 'ip broadcast', such as 255.255.255.0.")
  private @Nullable String netmask;

  @Option(
      names = "--vxlan-port",
      paramLabel = "<port>",
      order = 1,
      description = "Additional UDP port for 'vxlan', such as 8472. May be repeated.")
  private List<Integer> vxlanPorts = List.of();

  @Option(
      names = "--geneve-port",
      paramLabel = "<port>",
      order = 1,
      description = "Additional UDP port for 'geneve'. May be repeated.")
  private List<Integer> genevePorts = List.of();

  /**
   * Returns the options of the compiler.
   *
   * @throws IllegalArgumentException if the mask or a port is invalid
   */
  public FilterOptions options() {
    FilterOptions.Builder options =
        FilterOptions.builder().vxlanPorts(ports(vxlanPorts)).genevePorts(ports(genevePorts));
    if (netmask != null) {
      options.netmask(netmask);
    }
    if (resolve) {
      options.nameResolver(NameResolver.system());
    }
    return options.build();
  }

  private static int[] ports(List<Integer> ports) {
    return ports.stream().mapToInt(Integer::intValue).toArray();
  }
}
