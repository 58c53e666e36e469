package io.dropwatch.examples.demo;

import io.dropwatch.examples.lab.Scenario;
import java.util.List;

/**
 * One drop of the demo.
 *
 * @param scenario how it is provoked
 * @param lesson what somebody who sees such an event would conclude
 */
record Act(Scenario scenario, String lesson) {
  static final List<Act> ALL =
      List.of(
          new Act(
              Scenario.UDP_PORT_CLOSED,
              "It came all the way up to UDP, and no socket was bound to the port. Is the service running?"),
          new Act(
              Scenario.NFTABLES_INPUT,
              "nft_do_chain in the stack: a firewall rule decided. `nft list ruleset` there shows which."),
          new Act(
              Scenario.TCP_PORT_CLOSED,
              "A SYN without a listener is answered by RST: the client reads `Connection refused`."),
          new Act(
              Scenario.TTL_EXPIRED,
              "Out of hops inside ip_forward. Traceroute lives on that; otherwise look for a routing loop."),
          new Act(
              Scenario.NO_ROUTE,
              "The router's table has no entry for the address, and no default route. See `ip route get`."));
}
