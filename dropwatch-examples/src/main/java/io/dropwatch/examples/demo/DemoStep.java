package io.dropwatch.examples.demo;

import io.dropwatch.examples.testbed.Scenario;
import java.util.List;

/**
 * One drop of the demo.
 *
 * @param scenario how the packet is lost
 * @param conclusion what such an event tells an operator
 */
record DemoStep(Scenario scenario, String conclusion) {
  static final List<DemoStep> ALL =
      List.of(
          new DemoStep(
              Scenario.UDP_PORT_CLOSED,
              "UDP found no socket that is bound to the port. Is the service running?"),
          new DemoStep(
              Scenario.NFTABLES_INPUT,
              "nft_do_chain is in the stack, so a firewall rule dropped it. See `nft list"
                  + " ruleset`."),
          new DemoStep(
              Scenario.TCP_PORT_CLOSED,
              "The server answered the SYN with an RST: the client gets `Connection refused`."),
          new DemoStep(
              Scenario.TTL_EXPIRED,
              "The TTL reached 0 in ip_forward. Unless this is traceroute, look for a routing"
                  + " loop."),
          new DemoStep(
              Scenario.NO_ROUTE,
              "The router has no route to the address and no default route. See `ip route get`."));
}
