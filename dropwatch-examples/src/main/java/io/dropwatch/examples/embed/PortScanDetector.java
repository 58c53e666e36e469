package io.dropwatch.examples.embed;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.layers.FiveTuple;
import io.dropwatch.layers.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An analyzer: reports hosts that try many closed ports of this machine. Each such packet is
 * dropped with the reason NO_SOCKET; no service logs it.
 */
public final class PortScanDetector implements Consumer<DropEvent> {
  private final Map<IpAddress, Set<Integer>> closedPortsBySource = new HashMap<>();
  private final int suspiciousPorts;
  private final Consumer<IpAddress> alarm;

  /** Calls {@code alarm} with a source address when it has tried {@code suspiciousPorts} ports. */
  public PortScanDetector(int suspiciousPorts, Consumer<IpAddress> alarm) {
    this.suspiciousPorts = suspiciousPorts;
    this.alarm = alarm;
  }

  @Override
  public void accept(DropEvent event) {
    FiveTuple flow = event.flow();
    if (flow == null
        || !flow.hasPorts()
        || !event.reason().name().equals("SKB_DROP_REASON_NO_SOCKET")) {
      return;
    }
    Set<Integer> ports =
        closedPortsBySource.computeIfAbsent(flow.sourceAddress(), _ -> new HashSet<>());
    if (ports.add(flow.destinationPort()) && ports.size() == suspiciousPorts) {
      alarm.accept(flow.sourceAddress());
    }
  }

  /** Runs until interrupted. */
  public static void main(String[] args) throws InterruptedException {
    Consumer<IpAddress> alarm = source -> System.out.println(source + " is scanning ports");
    try (DropWatcher watcher =
        DropWatcher.builder()
            .filter("ip and (tcp or udp)")
            .onEvent(new PortScanDetector(10, alarm))
            .start()) {
      watcher.awaitClose();
    }
  }
}
