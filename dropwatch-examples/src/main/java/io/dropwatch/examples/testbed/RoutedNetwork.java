package io.dropwatch.examples.testbed;

/**
 * Three network namespaces: a client, a router and a server.
 *
 * <pre>
 *   client                          router                            server
 *   eth0  192.0.2.1 ────────── eth0  192.0.2.254
 *         2001:db8:a::1              2001:db8:a::fe
 *                              eth1  198.51.100.254 ─────────── eth0  198.51.100.2
 *                                    2001:db8:b::fe                   2001:db8:b::2
 * </pre>
 *
 * Addresses are from RFC 5737 and RFC 3849, reserved for documentation. MAC addresses are fixed and
 * neighbour entries permanent, so no packets are sent but those of the tests. The router has no
 * default route.
 */
public final class RoutedNetwork implements AutoCloseable {
  /** A host of the network. */
  public enum Host {
    CLIENT,
    ROUTER,
    SERVER
  }

  /** The client's addresses, and the MAC address of its {@code eth0}. */
  public static final String CLIENT4 = "192.0.2.1";

  public static final String CLIENT6 = "2001:db8:a::1";
  public static final String CLIENT_MAC = "02:00:00:00:0a:01";

  /** MAC address of the router's {@code eth0}, the client's next hop. */
  public static final String ROUTER_MAC = "02:00:00:00:0a:fe";

  /** The server's addresses. */
  public static final String SERVER4 = "198.51.100.2";

  public static final String SERVER6 = "2001:db8:b::2";

  private static final String ROUTER_MAC_1 = "02:00:00:00:0b:fe";
  private static final String SERVER_MAC = "02:00:00:00:0b:02";

  private final Testbed testbed;
  private final Namespace client;
  private final Namespace router;
  private final Namespace server;

  private RoutedNetwork(Testbed testbed) {
    this.testbed = testbed;
    client = testbed.namespace("client");
    router = testbed.namespace("router");
    server = testbed.namespace("server");
  }

  /** Creates the network in a new testbed. */
  public static RoutedNetwork open() {
    Testbed testbed = Testbed.open();
    try {
      RoutedNetwork network = new RoutedNetwork(testbed);
      network.connect();
      return network;
    } catch (RuntimeException e) {
      try {
        testbed.close();
      } catch (TestbedException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private void connect() {
    router.sysctl("ipv4/ip_forward", 1);
    router.sysctl("ipv6/conf/all/forwarding", 1);
    client.ip(
        "link add name eth0 address %s type veth peer name eth0 netns %s address %s\n"
            .formatted(CLIENT_MAC, router.name(), ROUTER_MAC));
    router.ip(
        "link add name eth1 address %s type veth peer name eth0 netns %s address %s\n"
            .formatted(ROUTER_MAC_1, server.name(), SERVER_MAC));
    router.ip(
        """
        link set eth0 up
        link set eth1 up
        address add 192.0.2.254/24 dev eth0
        address add 2001:db8:a::fe/64 dev eth0 nodad
        address add 198.51.100.254/24 dev eth1
        address add 2001:db8:b::fe/64 dev eth1 nodad
        """
            + neighbour(CLIENT4, CLIENT_MAC, "eth0")
            + neighbour(CLIENT6, CLIENT_MAC, "eth0")
            + neighbour(SERVER4, SERVER_MAC, "eth1")
            + neighbour(SERVER6, SERVER_MAC, "eth1"));
    client.ip(endpoint(CLIENT4, CLIENT6, "192.0.2.254", "2001:db8:a::fe", ROUTER_MAC));
    server.ip(endpoint(SERVER4, SERVER6, "198.51.100.254", "2001:db8:b::fe", ROUTER_MAC_1));
  }

  private static String endpoint(
      String own4, String own6, String router4, String router6, String routerMac) {
    return """
    link set eth0 up
    address add %s/24 dev eth0
    address add %s/64 dev eth0 nodad
    route add default via %s
    route add default via %s
    """
            .formatted(own4, own6, router4, router6)
        + neighbour(router4, routerMac, "eth0")
        + neighbour(router6, routerMac, "eth0");
  }

  private static String neighbour(String address, String mac, String device) {
    return "neighbour replace %s lladdr %s nud permanent dev %s\n".formatted(address, mac, device);
  }

  /** Returns the namespace of a host. */
  public Namespace host(Host host) {
    return switch (host) {
      case CLIENT -> client;
      case ROUTER -> router;
      case SERVER -> server;
    };
  }

  /** Returns the namespace of the sender. */
  public Namespace client() {
    return client;
  }

  /** Returns the namespace of the router. */
  public Namespace router() {
    return router;
  }

  /** Returns the namespace of the receiver. */
  public Namespace server() {
    return server;
  }

  /** Registers a resource that is closed before the network. */
  public <T extends AutoCloseable> T keep(T resource) {
    return testbed.keep(resource);
  }

  @Override
  public void close() {
    testbed.close();
  }
}
