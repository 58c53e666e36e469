package io.dropwatch.pcapfilter;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.OptionalInt;

/**
 * Turns the names in an expression into numbers, when {@link FilterOptions.Builder#nameResolver}
 * says so.
 *
 * <p>Asked while the expression is compiled, on the thread that compiles, and never again: a filter
 * does not follow later changes. What a method throws comes out of {@code compile} unchanged.
 */
@FunctionalInterface
public interface NameResolver {

  /**
   * The addresses of {@code host NAME}, as getaddrinfo(3) gives them to libpcap: of both families,
   * in the order in which they are to be tested; empty when the name is unknown.
   */
  List<InetAddress> hosts(String name);

  /**
   * The number of {@code net NAME}, as getnetbyname(3) gives it: in host order and without the
   * zeros at its end, so that 10 and 0x0a000000 are not the same. A short number is moved to the
   * front, as in {@code net 10}. Empty, which is the default, when the name is unknown.
   */
  default OptionalInt network(String name) {
    return OptionalInt.empty();
  }

  /** Asks what this machine asks for the names of hosts: its hosts file and DNS. */
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
