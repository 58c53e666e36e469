package io.dropwatch.examples.filter;

import io.dropwatch.bpf.NetworkDevices;
import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.NameResolver;
import io.dropwatch.pcapfilter.PcapFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The expression, and what it needs besides. */
final class FilterText {
  @Parameters(
      paramLabel = "EXPRESSION",
      arity = "1..*",
      description = "The filter, in tcpdump's language; several words are joined.")
  private List<String> words = List.of();

  @Option(
      names = "--link",
      paramLabel = "<type>",
      description =
          "What packets start with: ethernet, raw (an IP header), or skb (the probe's view).")
  private @Nullable LinkName link;

  @Option(names = "--resolve", description = "Look up the names of hosts, as tcpdump does.")
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

  @Nullable LinkType link() {
    return link == null ? null : link.linkType();
  }

  PcapFilter compile(LinkType linkType) {
    FilterOptions options =
        FilterOptions.DEFAULT
            .withDevices(NetworkDevices::ifindex)
            .withVxlanPorts(vxlanPorts.toArray(Integer[]::new))
            .withGenevePorts(genevePorts.toArray(Integer[]::new));
    if (netmask != null) {
      options = options.withNetmask(netmask);
    }
    if (resolve) {
      options = options.withResolver(NameResolver.system());
    }
    return PcapFilter.compile(String.join(" ", words), linkType, options);
  }
}
