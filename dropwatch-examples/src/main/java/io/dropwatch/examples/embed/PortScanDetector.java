package io.dropwatch.examples.embed;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.layers.IpAddress;
import io.dropwatch.layers.Ipv4;
import io.dropwatch.layers.Tcp;
import io.dropwatch.layers.Udp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An analyzer of one's own: whoever knocks at many closed ports of this machine is scanning it.
 * Each such packet is a drop with the reason NO_SOCKET, which no log of any service shows.
 */
public final class PortScanDetector implements Consumer<DropEvent> {
  private final Map<IpAddress, Set<Integer>> closedPortsBySource = new HashMap<>();
  private final int suspiciousPorts;
  private final Consumer<IpAddress> alarm;

  /** Calls {@code alarm} with the address of a source when it reaches so many different ports. */
  public PortScanDetector(int suspiciousPorts, Consumer<IpAddress> alarm) {
    this.suspiciousPorts = suspiciousPorts;
    this.alarm = alarm;
  }

  @Override
  public void accept(DropEvent event) {
    Ipv4 ipv4 = event.layers().ipv4();
    if (ipv4 == null || !event.reason().name().equals("SKB_DROP_REASON_NO_SOCKET")) {
      return;
    }
    Set<Integer> ports = closedPortsBySource.computeIfAbsent(ipv4.src(), _ -> new HashSet<>());
    if (ports.add(destinationPort(event)) && ports.size() == suspiciousPorts) {
      alarm.accept(ipv4.src());
    }
  }

  private static int destinationPort(DropEvent event) {
    Tcp tcp = event.layers().tcp();
    Udp udp = event.layers().udp();
    return tcp != null ? tcp.dport() : udp == null ? -1 : udp.dport();
  }

  /** Runs until interrupted. */
  public static void main(String[] args) {
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
