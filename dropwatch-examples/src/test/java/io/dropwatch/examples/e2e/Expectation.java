package io.dropwatch.examples.e2e;

import io.dropwatch.DropEvent;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.NetworkDevice;
import java.time.Instant;
import java.util.Map;

/** A scenario's drop in one line of text: as expected, and as an event reports it. */
final class Expectation {
  /**
   * The functions that free the packet on other kernels: on 6.1 the caller of the firewall rules
   * and the discard function; on 7.2 UDP's function has another name.
   */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "nft_do_chain", "nf_hook_slow",
          "ip6_pkt_discard", "ip6_pkt_drop",
          "__udp4_lib_rcv", "udp_rcv",
          "__udp6_lib_rcv", "udpv6_rcv");

  private final Scenario scenario;
  private final String expected;
  private final Instant notBefore = Instant.now();

  Expectation(Scenario scenario, RoutedNetwork network) {
    this.scenario = scenario;
    Scenario.Drop drop = scenario.drop();
    Namespace namespace = network.host(drop.host());
    String device = drop.device();
    this.expected =
        line(
            reason(drop.reason()),
            scenario.flow().toString(),
            device == null ? "no device" : device + "#" + namespace.ifindex(device),
            namespace.inum(),
            drop.function(),
            "just now");
  }

  /** Returns the reason's name on this kernel, or NOT_SUPPORTED. */
  private static String reason(String name) {
    KernelFacts kernel = KernelFacts.running();
    String full = "SKB_DROP_REASON_" + name;
    if (!kernel.hasReason()) {
      return DropReason.NOT_SUPPORTED.name();
    }
    return kernel.reasons().builtIn().containsValue(full) ? full : "SKB_DROP_REASON_NOT_SPECIFIED";
  }

  String line() {
    return expected;
  }

  String line(DropEvent event) {
    NetworkDevice device = event.device();
    return line(
        event.reason().name(),
        String.valueOf(event.flow()),
        device == null ? "no device" : device.name() + "#" + device.ifindex(),
        event.networkNamespace().inum(),
        hasFunction(event) ? scenario.drop().function() : event.stack().toString(),
        isRecent(event) ? "just now" : event.time().toString());
  }

  private boolean hasFunction(DropEvent event) {
    String function = scenario.drop().function();
    String elsewhere = ELSEWHERE.getOrDefault(function, function);
    return event.stack().frames().stream()
        .map(frame -> frame.name().split("\\.", 2)[0])
        .anyMatch(name -> name.equals(function) || name.equals(elsewhere));
  }

  // The wall clock may be adjusted against the kernel's; a second is enough tolerance.
  private boolean isRecent(DropEvent event) {
    return event.time().isAfter(notBefore.minusSeconds(1))
        && event.time().isBefore(Instant.now().plusSeconds(1));
  }

  private static String line(
      String reason, String flow, String device, long namespace, String function, String time) {
    return "%s: %s on %s in namespace %d, in %s, %s"
        .formatted(reason, flow, device, namespace, function, time);
  }
}
