package io.dropwatch.internal.probe;

import io.dropwatch.DropEvent;
import io.dropwatch.OwnerResolvers;
import io.dropwatch.internal.record.MalformedRecordException;
import io.dropwatch.internal.record.ReasonNames;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.SymbolFrames;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.layers.Udp;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.pcapfilter.SkbFilter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Watches two drops with both programs at once and compares what they tell, stack and owner and
 * all: one without a socket, and one of a socket that has no room.
 */
final class ClassicProbeMain {
  private static final int DEPTH = 16;
  private static final int UNASSIGNED_PORT = 1;
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  private ClassicProbeMain() {}

  public static void main(String[] args) throws Exception {
    TracepointArguments arguments = KernelFacts.running().arguments();
    ProbeSettings settings =
        new ProbeSettings(
            new DeviceList.All(),
            NoiseList.NONE,
            0,
            RecordDecoder.walkedDepth(DEPTH),
            0,
            256,
            new RingPlan.Perf(1 << 16),
            4096);
    try (DatagramSocket unread = new DatagramSocket(0, InetAddress.getByAddress(LOOPBACK))) {
      compare(imageFor(unread), settings, arguments, unread);
    }
  }

  /** Others may drop more than the rings hold. */
  private static ProbeImage imageFor(DatagramSocket unread) {
    String filter = "udp dst port %d or %d".formatted(UNASSIGNED_PORT, unread.getLocalPort());
    return ProbeImage.embedded().withFilter(SkbFilter.compile(filter));
  }

  private static void compare(
      ProbeImage image,
      ProbeSettings settings,
      TracepointArguments arguments,
      DatagramSocket unread)
      throws IOException {
    try (Probe typed = Probe.attach(image, settings, arguments, Variant.TYPED);
        Probe classic = Probe.attach(image, settings, arguments, Variant.CLASSIC)) {
      int port = sendUdp(1);
      int full = fill(unread);
      Set<String> told = new HashSet<>();
      for (Probe probe : List.of(typed, classic)) {
        told.add(told(probe, port, full));
      }
      System.out.println(
          told.size() == 1
              ? "typed and classic agree: " + firstLines(told.iterator().next())
              : "they differ: " + told);
    }
  }

  private static String firstLines(String text) {
    return text.lines().filter(line -> line.startsWith("IPv4")).collect(Collectors.joining("; "));
  }

  /** Fills a socket that has a cookie and the least room there is; returns the port sent from. */
  private static int fill(DatagramSocket unread) throws IOException {
    try (DatagramSocket sender = new DatagramSocket()) {
      unread.setReceiveBufferSize(1);
      byte[] payload = new byte[1000];
      for (int i = 0; i < 20; i++) {
        sender.send(new DatagramPacket(payload, payload.length, unread.getLocalSocketAddress()));
      }
      return sender.getLocalPort();
    }
  }

  /** Returns the port sent from. */
  static int sendUdp(int times) throws IOException {
    byte[] payload = "hello dropwatch".getBytes(StandardCharsets.UTF_8);
    InetAddress loopback = InetAddress.getByAddress(LOOPBACK);
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < times; i++) {
        socket.send(
            new DatagramPacket(
                payload, payload.length, new InetSocketAddress(loopback, UNASSIGNED_PORT)));
      }
      return socket.getLocalPort();
    }
  }

  /** The first drop of what came from each of the ports. */
  private static String told(Probe probe, int... ports) {
    RecordDecoder decoder =
        new RecordDecoder(
            new WallClock(),
            new ReasonNames(KernelFacts.running().reasons().builtIn(), Map.of(), Map::of),
            new SymbolFrames(System.err::println),
            DEPTH,
            OwnerResolvers.none());
    List<DropEvent> events = new ArrayList<>();
    Eventually.until(
        () -> {
          probe.poll(
              Duration.ofMillis(10),
              (memory, offset, size) -> events.add(decoded(decoder, memory.asSlice(offset, size))));
          return Arrays.stream(ports).allMatch(port -> firstFrom(port, events).isPresent());
        });
    return Arrays.stream(ports)
        .mapToObj(port -> firstFrom(port, events).map(ClassicProbeMain::text).orElseThrow())
        .collect(Collectors.joining("\n"));
  }

  private static Optional<DropEvent> firstFrom(int port, List<DropEvent> events) {
    return events.stream().filter(event -> isFrom(port, event.layers().udp())).findFirst();
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
    return "%s %s %s %d bytes, %s, %s\n%s %s %x %x\n%s %d %d, cgroup %d, memory cgroup %x, %s\n%s"
        .formatted(
            event.layers().label(),
            reason,
            device == null ? "-" : device.name(),
            event.packet().length,
            event.linkType().name().toLowerCase(Locale.ROOT),
            event.socket() == null ? "no socket" : "a socket",
            event.networkNamespace(),
            event.socketState(),
            event.skbAddress(),
            event.location(),
            event.comm(),
            event.pid(),
            event.tid(),
            event.taskCgroupId(),
            event.memoryCgroupCss(),
            event.socket(),
            event.stack());
  }
}
