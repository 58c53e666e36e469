package io.dropwatch.pcapfilter;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.OptionalInt;

/**
 * Resolves names of hosts and networks in an expression; see {@link
 * FilterOptions.Builder#nameResolver}.
 *
 * <p>Called while an expression is compiled, on the compiling thread. A filter does not follow
 * later changes. {@code compile} passes on what a method throws.
 */
@FunctionalInterface
public interface NameResolver {

  /**
   * Returns the addresses for {@code host NAME}, as getaddrinfo(3) does for libpcap: of both
   * families, in the order in which they are to be compared; empty if the name is unknown.
   */
  List<InetAddress> hosts(String name);

  /**
   * Returns the number for {@code net NAME}, as getnetbyname(3) does: in host byte order, without
   * trailing zero bytes. 10 means 10.0.0.0/8, as in {@code net 10}; 0x0a000000 means 10.0.0.0/32.
   * Empty, which is the default, if the name is unknown.
   */
  default OptionalInt network(String name) {
    return OptionalInt.empty();
  }

  /** Returns a resolver that uses the resolver of this machine: its hosts file and DNS. */
  static NameResolver system() {
    return name -> {
      try {
        return List.of(InetAddress.getAllByName(name));
      } catch (UnknownHostException e) {
        return List.of();
      }
    };
  }
}
