package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.Arguments;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an expression does not say itself: resolvers of names, a netmask, UDP ports of tunnels. With
 * {@link #DEFAULT} an expression means the same on every machine.
 *
 * <pre>{@code
 * FilterOptions options =
 *     FilterOptions.builder().nameResolver(NameResolver.system()).vxlanPorts(8472).build();
 * }</pre>
 *
 * <p>Immutable; thread-safe if its resolvers are.
 */
public final class FilterOptions {
  /**
   * Names of hosts, networks and devices are refused, there is no netmask, and tunnels have the
   * ports that IANA assigned: libpcap without a resolver.
   */
  public static final FilterOptions DEFAULT = builder().build();

  private final @Nullable NameResolver nameResolver;
  private final @Nullable DeviceResolver deviceResolver;
  private final @Nullable Inet4Address netmask;
  private final List<Integer> vxlanPorts;
  private final List<Integer> genevePorts;

  private FilterOptions(Builder from) {
    this.nameResolver = from.nameResolver;
    this.deviceResolver = from.deviceResolver;
    this.netmask = from.netmask;
    this.vxlanPorts = from.vxlanPorts;
    this.genevePorts = from.genevePorts;
  }

  /** Returns a builder that starts with the values of {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts with the values of these options. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.nameResolver = nameResolver;
    builder.deviceResolver = deviceResolver;
    builder.netmask = netmask;
    builder.vxlanPorts = vxlanPorts;
    builder.genevePorts = genevePorts;
    return builder;
  }

  /** Returns the resolver of host and network names; null: they are refused. */
  public @Nullable NameResolver nameResolver() {
    return nameResolver;
  }

  /** Returns the resolver of device names for {@code ifname}; null: they are refused. */
  public @Nullable DeviceResolver deviceResolver() {
    return deviceResolver;
  }

  /** Returns the netmask for {@code ip broadcast}; null: {@code ip broadcast} is refused. */
  public @Nullable Inet4Address netmask() {
    return netmask;
  }

  /** Returns the UDP ports for {@code vxlan} besides 4789; unmodifiable. */
  public List<Integer> vxlanPorts() {
    return vxlanPorts;
  }

  /** Returns the UDP ports for {@code geneve} besides 6081; unmodifiable. */
  public List<Integer> genevePorts() {
    return genevePorts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FilterOptions options && values().equals(options.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "nameResolver=%s deviceResolver=%s netmask=%s vxlanPorts=%s genevePorts=%s"
        .formatted(
            nameResolver,
            deviceResolver,
            netmask == null ? null : netmask.getHostAddress(),
            vxlanPorts,
            genevePorts);
  }

  private List<@Nullable Object> values() {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(nameResolver);
    values.add(deviceResolver);
    values.add(netmask);
    values.add(vxlanPorts);
    values.add(genevePorts);
    return values;
  }

  /** Builds {@link FilterOptions}. Not thread-safe. */
  public static final class Builder {
    private @Nullable NameResolver nameResolver;
    private @Nullable DeviceResolver deviceResolver;
    private @Nullable Inet4Address netmask;
    private List<Integer> vxlanPorts = List.of();
    private List<Integer> genevePorts = List.of();

    private Builder() {}

    /** Resolves names of hosts and networks. */
    public Builder nameResolver(NameResolver resolver) {
      this.nameResolver = Objects.requireNonNull(resolver, "resolver");
      return this;
    }

    /** Resolves names of devices, for {@code ifname} in a {@link SkbFilter}. */
    public Builder deviceResolver(DeviceResolver resolver) {
      this.deviceResolver = Objects.requireNonNull(resolver, "resolver");
      return this;
    }

    /**
     * Sets the netmask of the network for {@code ip broadcast}.
     *
     * @param mask four decimal numbers, such as 255.255.255.0
     * @throws IllegalArgumentException if it is not an IPv4 address in that form
     */
    public Builder netmask(String mask) {
      // Inet4Address also reads 255.255, as 255.0.0.255; its message does not say what is allowed.
      try {
        if (mask.chars().filter(c -> c == '.').count() == 3) {
          this.netmask = Inet4Address.ofLiteral(mask);
          return this;
        }
      } catch (IllegalArgumentException e) {
        // Reported below.
      }
      throw new IllegalArgumentException(
          "netmask must be four numbers from 0 to 255, such as 255.255.255.0, was " + mask);
    }

    /**
     * Sets UDP ports for {@code vxlan} besides 4789; older Linux kernels use 8472.
     *
     * @throws IllegalArgumentException if a port is not 0 to 65535
     */
    public Builder vxlanPorts(int... ports) {
      this.vxlanPorts = check("vxlanPorts", ports);
      return this;
    }

    /**
     * Sets UDP ports for {@code geneve} besides 6081.
     *
     * @throws IllegalArgumentException if a port is not 0 to 65535
     */
    public Builder genevePorts(int... ports) {
      this.genevePorts = check("genevePorts", ports);
      return this;
    }

    /** Returns the options. */
    public FilterOptions build() {
      return new FilterOptions(this);
    }

    private static List<Integer> check(String what, int[] ports) {
      List<Integer> checked = new ArrayList<>();
      for (int port : ports) {
        checked.add(Arguments.between(what, 0, 65535, port));
      }
      return List.copyOf(checked);
    }
  }
}
