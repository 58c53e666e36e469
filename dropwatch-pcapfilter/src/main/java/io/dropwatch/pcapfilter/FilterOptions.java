package io.dropwatch.pcapfilter;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an expression does not say itself. With {@link #DEFAULT} it means the same on every machine.
 *
 * @param resolver resolves names of hosts and networks; null: they are refused
 * @param devices resolves names of devices for {@code ifname}; null: they are refused
 * @param netmask mask of the network for {@code ip broadcast}; null: that test is refused
 * @param vxlanPorts UDP ports that are VXLAN's for {@code vxlan}, beside 4789
 * @param genevePorts UDP ports that are Geneve's for {@code geneve}, beside 6081
 */
public record FilterOptions(
    @Nullable NameResolver resolver,
    @Nullable DeviceResolver devices,
    @Nullable Inet4Address netmask,
    List<Integer> vxlanPorts,
    List<Integer> genevePorts) {

  /** Names refused, no netmask, the ports of IANA: libpcap without a resolver. */
  public static final FilterOptions DEFAULT =
      new FilterOptions(null, null, null, List.of(), List.of());

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if a port is not 0 to 65535
   */
  public FilterOptions {
    vxlanPorts = ports(vxlanPorts);
    genevePorts = ports(genevePorts);
  }

  /** The same options with names of hosts and networks resolved. */
  public FilterOptions withResolver(NameResolver names) {
    return new FilterOptions(names, devices, netmask, vxlanPorts, genevePorts);
  }

  /** The same options with names of devices resolved, for {@code ifname}. */
  public FilterOptions withDevices(DeviceResolver names) {
    return new FilterOptions(resolver, names, netmask, vxlanPorts, genevePorts);
  }

  /**
   * The same options with the mask of the network for {@code ip broadcast}.
   *
   * @param mask four decimal numbers, such as 255.255.255.0
   * @throws IllegalArgumentException if it is no such address
   */
  public FilterOptions withNetmask(String mask) {
    // Inet4Address takes 255.255 as well, for 255.0.0.255.
    if (mask.chars().filter(c -> c == '.').count() != 3) {
      throw new IllegalArgumentException("a netmask has four numbers, and this has not: " + mask);
    }
    return new FilterOptions(
        resolver, devices, Inet4Address.ofLiteral(mask), vxlanPorts, genevePorts);
  }

  /** The same options with ports for {@code vxlan} beside 4789; Linux used 8472 at first. */
  public FilterOptions withVxlanPorts(Integer... ports) {
    return new FilterOptions(resolver, devices, netmask, List.of(ports), genevePorts);
  }

  /** The same options with ports for {@code geneve} beside 6081. */
  public FilterOptions withGenevePorts(Integer... ports) {
    return new FilterOptions(resolver, devices, netmask, vxlanPorts, List.of(ports));
  }

  private static List<Integer> ports(List<Integer> given) {
    List<Integer> ports = new ArrayList<>();
    for (int port : given) {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("a port is 0 to 65535: " + port);
      }
      ports.add(port);
    }
    return List.copyOf(ports);
  }
}
