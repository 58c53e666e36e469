package io.dropwatch.internal.probe;

import io.dropwatch.DropEvent;
import io.dropwatch.DropReason;
import io.dropwatch.NetworkDevice;
import io.dropwatch.OwnerResolver;
import io.dropwatch.internal.record.MalformedRecordException;
import io.dropwatch.internal.record.ReasonNames;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.SymbolFrames;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.layers.Udp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Watches one drop with both programs at once and compares what they tell, stack and all. */
final class ClassicProbeMain {
  private static final int UNASSIGNED_PORT = 1;

  private ClassicProbeMain() {}

  public static void main(String[] args) throws Exception {
    TracepointArguments arguments = KernelFacts.running().arguments();
    ProbeSettings settings =
        new ProbeSettings(
            new DeviceList.All(), NoiseList.NONE, 0, 20, 0, 256, new RingPlan.Perf(1 << 16), 4096);
    ProbeImage image = ProbeImage.embedded();
    try (Probe typed = Probe.attach(image, settings, arguments, Variant.TYPED);
        Probe classic = Probe.attach(image, settings, arguments, Variant.CLASSIC)) {
      int port = sendUdp(1);
      Set<String> told = new HashSet<>();
      for (Probe probe : List.of(typed, classic)) {
        told.add(ours(probe, port));
      }
      System.out.println(
          told.size() == 1
              ? "typed and classic agree: " + told.iterator().next().lines().findFirst().orElse("")
              : "they differ: " + told);
    }
  }

  /** Returns the port sent from. */
  static int sendUdp(int times) throws IOException {
    byte[] payload = "hello dropwatch".getBytes(StandardCharsets.UTF_8);
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < times; i++) {
        socket.send(
            new DatagramPacket(
                payload, payload.length, new InetSocketAddress(loopback, UNASSIGNED_PORT)));
      }
      return socket.getLocalPort();
    }
  }

  private static String ours(Probe probe, int port) {
    RecordDecoder decoder =
        new RecordDecoder(
            new WallClock(),
            new ReasonNames(KernelFacts.running().reasons().builtIn(), Map.of(), Map::of),
            new SymbolFrames(System.err::println),
            16,
            OwnerResolver.none());
    List<DropEvent> events = new ArrayList<>();
    Eventually.until(
        () -> {
          probe.poll(
              Duration.ofMillis(10),
              (memory, offset, size) -> events.add(decoded(decoder, memory.asSlice(offset, size))));
          return events.stream().anyMatch(event -> isFrom(port, event.layers().udp()));
        });
    return events.stream()
        .filter(event -> isFrom(port, event.layers().udp()))
        .map(ClassicProbeMain::text)
        .findFirst()
        .orElse("nothing");
  }

  private static DropEvent decoded(RecordDecoder decoder, MemorySegment record) {
    try {
      return decoder.decode(record, null);
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isFrom(int port, @Nullable Udp udp) {
    return udp != null && udp.sport() == port;
  }

  private static String text(DropEvent event) {
    NetworkDevice device = event.device();
    DropReason reason = event.reason();
    return "%s %s %s %d bytes, %s\n%s %s %x %x\n%s"
        .formatted(
            event.layers().label(),
            reason,
            device == null ? "-" : device.name(),
            event.packet().length,
            event.linkType().name().toLowerCase(Locale.ROOT),
            event.networkNamespace(),
            event.socketState(),
            event.skbAddress(),
            event.location(),
            event.stack());
  }
}
