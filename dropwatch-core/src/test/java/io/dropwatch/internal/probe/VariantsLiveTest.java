package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.bpf.BpfException;
import io.dropwatch.internal.record.MalformedRecordException;
import io.dropwatch.internal.record.ReasonNames;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.SymbolFrames;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.layers.Udp;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Reports two drops with all variants that the running kernel loads: one without a socket, and one
 * of a socket whose buffer is full. Needs root.
 */
@Tag("live")
class VariantsLiveTest {
  private static final int DEPTH = 16;
  private static final int CLOSED_PORT = 1;
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  private final KernelFacts kernel = KernelFacts.running();

  @Test
  void variants_reportEqualEvents() throws IOException {
    Map<Variant, Probe> probes = new TreeMap<>();
    try (DatagramSocket unread = new DatagramSocket(0, InetAddress.getByAddress(LOOPBACK))) {
      // Other processes may drop more packets than the rings hold.
      String filter = "udp dst port %d or %d".formatted(CLOSED_PORT, unread.getLocalPort());
      ProbeImage image = ProbeImage.embedded().withFilter(SkbFilter.compile(filter));
      for (Variant variant : Variant.values()) {
        try {
          probes.put(
              variant, Probe.attach(ProbePlan.streaming(image, settings(), kernel, variant)));
        } catch (BpfException _) {
          // An older kernel; all that are supported load TYPED.
        }
      }
      int[] ports = {sendToClosedPort(1), fill(unread)};

      Map<Variant, String> events = new TreeMap<>();
      probes.forEach((variant, probe) -> events.put(variant, events(probe, ports)));
      assertTrue(events.containsKey(Variant.TYPED), "TYPED loads");
      String expected = events.values().iterator().next();
      events.forEach((variant, text) -> assertEquals(expected, text, variant::toString));
      assertEquals(
          List.of(
              "IPv4/UDP " + OlderKernel.reason("NO_SOCKET") + " lo 57 bytes, ethernet, no socket",
              "IPv4/UDP "
                  + OlderKernel.reason("SOCKET_RCVBUFF")
                  + " lo 270 bytes, ethernet, "
                  // Before 6.11 the tracepoint has no rx_sk, and skb->sk is set later.
                  + (kernel.hasReceivingSocket() ? "a socket" : "no socket")),
          expected.lines().filter(line -> line.startsWith("IPv4")).toList());
    } finally {
      probes.values().forEach(Probe::close);
    }
  }

  private static ProbeSettings settings() {
    return new ProbeSettings(
        new DeviceList.All(),
        NoiseList.NONE,
        0,
        RecordDecoder.walkedDepth(DEPTH),
        0,
        new RingPlan.Perf(1 << 16),
        4096);
  }

  /** Fills the receive buffer of a socket; returns the port sent from. */
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

  /** Sends UDP datagrams to a closed port of the loopback device; returns the port sent from. */
  static int sendToClosedPort(int times) throws IOException {
    byte[] payload = "hello dropwatch".getBytes(StandardCharsets.UTF_8);
    InetAddress loopback = InetAddress.getByAddress(LOOPBACK);
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < times; i++) {
        socket.send(
            new DatagramPacket(
                payload, payload.length, new InetSocketAddress(loopback, CLOSED_PORT)));
      }
      return socket.getLocalPort();
    }
  }

  /** The first event of each of the source ports, as text. */
  private static String events(Probe probe, int... ports) {
    RecordDecoder decoder =
        new RecordDecoder(
            new WallClock(),
            new ReasonNames(KernelFacts.running().reasons().builtIn(), Map.of(), Map::of),
            new SymbolFrames(System.err::println),
            DEPTH);
    List<DropEvent> events = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int port : ports) {
      Eventually.until(
          () -> {
            probe.poll(
                Duration.ofMillis(10),
                (memory, offset, size) ->
                    events.add(decode(decoder, memory.asSlice(offset, size))));
            return firstFrom(port, events).isPresent();
          });
      text.append(text(firstFrom(port, events).orElseThrow())).append('\n');
    }
    return text.toString();
  }

  private static Optional<DropEvent> firstFrom(int port, List<DropEvent> events) {
    return events.stream().filter(event -> isFrom(port, event.layers().udp())).findFirst();
  }

  private static boolean isFrom(int port, @Nullable Udp udp) {
    return udp != null && udp.sport() == port;
  }

  private static DropEvent decode(RecordDecoder decoder, MemorySegment record) {
    try {
      return decoder.decode(record, null);
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(DropEvent event) {
    NetworkDevice device = event.device();
    return "%s %s %s %d bytes, %s, %s\n%s %s %x %x\n%s %d %d, cgroup %d, memory cgroup %x, %s\n%s"
        .formatted(
            event.layers().label(),
            event.reason(),
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
