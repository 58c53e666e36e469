package io.dropwatch.examples.lab;

/**
 * Three namespaces in a row, each an own network stack; the client's packets reach the server
 * through the router.
 *
 * <pre>
 *   client                          router                            server
 *   eth0  192.0.2.1 ────────── eth0  192.0.2.254
 *         2001:db8:a::1              2001:db8:a::fe
 *                              eth1  198.51.100.254 ─────────── eth0  198.51.100.2
 *                                    2001:db8:b::fe                   2001:db8:b::2
 * </pre>
 *
 * Addresses are those of RFC 5737 and RFC 3849, reserved for documentation. MAC addresses are fixed
 * and neighbours permanent: no packet travels but those that somebody sends. The router knows these
 * networks and no default route.
 */
public final class RoutedNetwork implements AutoCloseable {
  /** The client's addresses, and the MAC address of its {@code eth0}. */
  public static final String CLIENT4 = "192.0.2.1";

  public static final String CLIENT6 = "2001:db8:a::1";
  public static final String CLIENT_MAC = "02:00:00:00:0a:01";

  /** What the client's frames are addressed to: the router's {@code eth0}. */
  public static final String ROUTER_MAC = "02:00:00:00:0a:fe";

  /** The server's addresses. */
  public static final String SERVER4 = "198.51.100.2";

  public static final String SERVER6 = "2001:db8:b::2";

  private static final String ROUTER_MAC_1 = "02:00:00:00:0b:fe";
  private static final String SERVER_MAC = "02:00:00:00:0b:02";

  private final NetworkLab lab;
  private final Namespace client;
  private final Namespace router;
  private final Namespace server;

  private RoutedNetwork(NetworkLab lab) {
    this.lab = lab;
    client = lab.namespace("client");
    router = lab.namespace("router");
    server = lab.namespace("server");
  }

  /** Makes the network in a lab of its own. */
  public static RoutedNetwork open() {
    NetworkLab lab = NetworkLab.open();
    try {
      RoutedNetwork network = new RoutedNetwork(lab);
      network.connect();
      return network;
    } catch (RuntimeException e) {
      try {
        lab.close();
      } catch (LabException also) {
        e.addSuppressed(also);
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

  /** The one that sends. */
  public Namespace client() {
    return client;
  }

  /** The one that forwards. */
  public Namespace router() {
    return router;
  }

  /** The one that the packets are for. */
  public Namespace server() {
    return server;
  }

  /** Closes {@code resource} before the network. */
  public <T extends AutoCloseable> T keep(T resource) {
    return lab.keep(resource);
  }

  @Override
  public void close() {
    lab.close();
  }
}
