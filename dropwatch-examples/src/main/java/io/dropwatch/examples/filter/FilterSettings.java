package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.NameResolver;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What a filter does not say itself. */
public final class FilterSettings {
  @Spec(Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--resolve",
      description = "Look up the names of hosts in the filter once, as tcpdump does.")
  private boolean resolve;

  @Option(
      names = "--netmask",
      paramLabel = "<mask>",
      description = "Mask of the network for 'ip broadcast', such as 255.255.255.0.")
  private @Nullable String netmask;

  @Option(
      names = "--vxlan-port",
      paramLabel = "<port>",
      description = "Another UDP port for 'vxlan', such as 8472.")
  private List<Integer> vxlanPorts = List.of();

  @Option(
      names = "--geneve-port",
      paramLabel = "<port>",
      description = "Another UDP port for 'geneve'.")
  private List<Integer> genevePorts = List.of();

  /**
   * {@return the options of the filter}
   *
   * @throws ParameterException if a flag has no such value
   */
  public FilterOptions options() {
    FilterOptions.Builder options =
        FilterOptions.builder()
            .vxlanPorts(ports("--vxlan-port", vxlanPorts))
            .genevePorts(ports("--geneve-port", genevePorts));
    if (netmask != null) {
      netmask(options, netmask);
    }
    if (resolve) {
      options.nameResolver(NameResolver.system());
    }
    return options.build();
  }

  private void netmask(FilterOptions.Builder options, String mask) {
    try {
      options.netmask(mask);
    } catch (IllegalArgumentException e) {
      throw usage("--netmask '" + mask + "' is no IPv4 address: give one such as 255.255.255.0");
    }
  }

  private int[] ports(String flag, List<Integer> ports) {
    for (int port : ports) {
      if (port < 0 || port > 0xffff) {
        throw usage(flag + " " + port + " is no port: give 0 to 65535");
      }
    }
    return ports.stream().mapToInt(Integer::intValue).toArray();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
