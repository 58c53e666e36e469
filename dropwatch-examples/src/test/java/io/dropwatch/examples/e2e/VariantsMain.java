package io.dropwatch.examples.e2e;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.examples.testbed.EthernetFrame;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.Testbed;
import io.dropwatch.examples.testbed.TestbedException;
import io.dropwatch.internal.probe.CountKey;
import io.dropwatch.internal.probe.CountingProbe;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.NoiseList;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbePlan;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.RingPlan;
import io.dropwatch.internal.probe.Variant;
import io.dropwatch.internal.record.MalformedRecordException;
import io.dropwatch.internal.record.RecordView;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.layers.FiveTuple;
import io.dropwatch.model.RawDropEvent;
import io.dropwatch.model.RingKind;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.SkbPacket;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Drops packets of many forms and compares the variants of the probe for many filters: they match
 * the same packets as the filter in the JVM, and report equal records and equal counts.
 */
final class VariantsMain {
  private static final String SENDER = "02:00:00:00:00:01";
  private static final String RECEIVER = "02:00:00:00:00:02";
  private static final String VLAN_5 = "81006005";
  private static final String OUTER_VLAN = "88a80007";
  private static final String INGRESS = "eth0";
  private static final String EGRESS = "eth1";
  private static final int[] LARGE = {0, 1, 500, 3000, 20_000, 59_000};
  private static final Duration MOMENT = Duration.ofMillis(20);

  /** {@code meta.pkt_type} in the record. */
  private static final long PACKET_TYPE = 22;

  /** One filter for each thing that a filter may look at, and for each edge of the packet. */
  private static final List<String> FILTERS =
      List.of(
          "tcp and port 443",
          "port 53",
          "not port 53",
          "ip6 and udp portrange 50-60",
          "host 192.0.2.1",
          "net 2001:db8::/32",
          "arp",
          "vlan",
          "vlan 5",
          "not vlan",
          "vlan and tcp",
          "vlan 5 or vlan 7",
          "(vlan 7 and udp) or (vlan 5 and tcp)",
          "not vlan 5 and not vlan 7",
          "vlan 7 and vlan 5",
          "ether src 02:00:00:00:00:01",
          "ether[12:2] = 0x800",
          "broadcast",
          "multicast",
          "inbound",
          "outbound",
          "len <= 60",
          "greater 2000",
          "ip[0] & 0xf > 5",
          "tcp[13] & 2 != 0",
          "udp[4:2] > 100",
          "ip[255] >= 0",
          "ip6[6] = 17 or ip[9] * 3 + len > 80",
          "llc",
          // Keeps more numbers than there are registers.
          "ip[0] * (ip[1] + (ip[2] * (ip[3] + (ip[4] * (ip[5] + (ip[6] * (ip[7] + (ip[8] *"
              + " (ip[9] + ip[10]))))))))) > 1000");

  private final Namespace sender;
  private final Namespace receiver;
  private final List<byte[]> frames;

  private VariantsMain(Testbed testbed) throws UnknownHostException {
    sender = testbed.namespace("sender");
    receiver = testbed.namespace("receiver");
    for (String device : List.of(INGRESS, EGRESS)) {
      sender.ip(
          "link add name %s address %s mtu 60000 type veth peer name %s netns %s address %s mtu 60000\n"
              .formatted(device, SENDER, device, receiver.name(), RECEIVER));
      sender.ip("link set %s up\n".formatted(device));
      receiver.ip("link set %s up\n".formatted(device));
    }
    sender.ip(
        """
        address add 192.0.2.1/24 dev eth0
        neighbour replace 192.0.2.2 lladdr %s nud permanent dev eth0
        """
            .formatted(RECEIVER));
    receiver.nft(
        "table netdev t { chain c { type filter hook ingress device eth0 priority 0; policy drop;"
            + " }; }");
    // On the way out a tag is still in the frame, after the MAC header.
    sender.tc("qdisc add dev eth1 clsact\n");
    sender.tc("filter add dev eth1 egress bpf da bytecode '1,6 0 0 2'\n");
    frames = frames();
  }

  private static List<byte[]> frames() throws UnknownHostException {
    List<byte[]> frames = new ArrayList<>();
    for (int protocol : new int[] {6, 17}) {
      int port = protocol == 6 ? 443 : 53;
      frames.add(frame(protocol, "192.0.2.1", "192.0.2.2", port));
      frames.add(frame(protocol, "2001:db8::1", "2001:db8::2", port));
    }
    for (byte[] whole : List.copyOf(frames)) {
      for (int length : new int[] {15, 18, 23, 24, 33, 34, 36, 38, 47, 54, 58}) {
        if (length < whole.length) {
          frames.add(Arrays.copyOf(whole, length));
        }
      }
      frames.add(inserted(whole, 12, VLAN_5));
      frames.add(inserted(whole, 12, OUTER_VLAN + VLAN_5));
      frames.add(Arrays.copyOf(inserted(whole, 12, VLAN_5), 40));
      byte[] broadcast = whole.clone();
      Arrays.fill(broadcast, 0, 6, (byte) 0xff);
      frames.add(broadcast);
    }
    byte[] options = inserted(frames.getFirst(), 34, "01".repeat(40));
    options[14] = 0x4f;
    frames.add(options);
    byte[] later = frames.getFirst().clone();
    later[21] = 8;
    frames.add(later);
    String macs = (RECEIVER + SENDER).replace(":", "");
    frames.add(hex(macs + "0806" + "0001080006040001" + "00".repeat(20)));
    frames.add(hex(macs + "88b5" + "00".repeat(40)));
    frames.add(hex(macs + "0026" + "424203" + "00".repeat(35)));
    frames.add(hex(macs + VLAN_5));
    return frames;
  }

  private static byte[] frame(int protocol, String from, String to, int port)
      throws UnknownHostException {
    FiveTuple flow =
        FiveTuple.of(
            protocol,
            new InetSocketAddress(InetAddress.getByName(from), 4000),
            new InetSocketAddress(InetAddress.getByName(to), port));
    return EthernetFrame.of(flow).bytes(SENDER, RECEIVER);
  }

  private static byte[] inserted(byte[] frame, int at, String more) {
    byte[] middle = hex(more);
    byte[] longer = Arrays.copyOf(frame, frame.length + middle.length);
    System.arraycopy(middle, 0, longer, at, middle.length);
    System.arraycopy(frame, at, longer, at + middle.length, frame.length - at);
    return longer;
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private void send() {
    try (PacketSocket in = PacketSocket.open(sender, INGRESS);
        PacketSocket out = PacketSocket.open(sender, EGRESS)) {
      for (byte[] frame : frames) {
        in.send(frame, 1);
        try {
          out.send(frame, 1);
        } catch (TestbedException _) {
          // Told that it was dropped.
        }
      }
    }
    // Whose payload is not in the linear part.
    sender.call(
        () -> {
          try (DatagramChannel socket = DatagramChannel.open()) {
            for (int size : LARGE) {
              socket.send(ByteBuffer.allocate(size), new InetSocketAddress("192.0.2.2", 53));
            }
            return frames;
          }
        });
  }

  /** What a record says, and the packet as a filter of the JVM sees it. */
  private record Told(String text, SkbPacket packet) {}

  /** A probe, and what it has told of our packets. */
  private final class Watching implements AutoCloseable {
    private final Probe probe;
    private final RecordView view = new RecordView(new WallClock());
    private final List<Told> told = new ArrayList<>();

    Watching(String filter, Variant variant) {
      ProbeImage image = ProbeImage.embedded();
      if (!filter.isEmpty()) {
        image = image.withFilter(SkbFilter.compile(filter));
      }
      ProbeSettings settings =
          new ProbeSettings(
              new DeviceList.All(),
              NoiseList.NONE,
              0,
              0,
              0,
              RingPlan.of(RingKind.AUTO, 1 << 18),
              1 << 16);
      probe = Probe.attach(ProbePlan.streaming(image, settings, KernelFacts.running(), variant));
    }

    List<Told> read() {
      probe.poll(MOMENT, this::take);
      return told;
    }

    private void take(MemorySegment memory, long offset, int size) {
      try {
        view.at(memory, offset, size);
      } catch (MalformedRecordException e) {
        throw new AssertionError(e);
      }
      if (view.netnsInum() == sender.inum() || view.netnsInum() == receiver.inum()) {
        told.add(told(view, memory.get(ValueLayout.JAVA_BYTE, offset + PACKET_TYPE)));
      }
      view.release();
    }

    @Override
    public void close() {
      probe.close();
    }
  }

  private static Told told(RawDropEvent raw, int packetType) {
    byte[] bytes = new byte[raw.capturedLength()];
    raw.copyPacket(bytes, 0);
    int mac = raw.hasEthernetHeader() ? 14 : 0;
    SkbPacket packet =
        SkbPacket.builder()
            .packet(mac == 0 ? LinkType.RAW_IP : LinkType.ETHERNET, bytes, (int) raw.wireLength())
            .protocol(raw.etherType())
            .vlan(raw.vlanProtocol(), raw.vlanTci())
            .packetType(packetType)
            .ifindex(raw.ifindex())
            .build();
    String text =
        "%x at %x reason %d dev %d type %d, %04x in %04x:%04x, %d bytes: %s|%s"
            .formatted(
                raw.skbAddress(),
                raw.location(),
                raw.reason(),
                raw.ifindex(),
                packetType,
                raw.etherType(),
                raw.vlanProtocol(),
                raw.vlanTci(),
                raw.wireLength(),
                HexFormat.of().formatHex(bytes, 0, mac),
                HexFormat.of().formatHex(bytes, mac, bytes.length));
    return new Told(text, packet);
  }

  /** The variants that this kernel loads. All supported kernels load TYPED. */
  private List<Variant> variants() {
    List<Variant> taken = new ArrayList<>();
    for (Variant variant : Variant.values()) {
      try (Watching _ = new Watching("ip", variant)) {
        taken.add(variant);
      } catch (BpfException e) {
        System.err.println(variant + ": " + e.getMessage());
      }
    }
    check(taken.contains(Variant.TYPED), "TYPED was refused");
    return taken;
  }

  private int compare(String filter, List<Variant> variants) {
    Map<Variant, Watching> watching = new LinkedHashMap<>();
    Map<Variant, CountingProbe> counting = new LinkedHashMap<>();
    try {
      for (Variant variant : variants) {
        watching.put(variant, new Watching(filter, variant));
        counting.put(variant, counting(filter, variant));
      }
      // The last on the tracepoint: when it has told of a packet, the others have seen it too.
      try (Watching all = new Watching("", Variant.TYPED)) {
        send();
        int sent = 2 * frames.size() + LARGE.length;
        long patience = System.nanoTime() + 10_000_000_000L;
        while (all.read().size() < sent && System.nanoTime() < patience) {
          // More to come.
        }
        check(all.told.size() == sent, all.told.size() + " drops of " + sent);
        SkbFilter expected = SkbFilter.compile(filter);
        List<String> wanted =
            all.told.stream().filter(t -> expected.matches(t.packet)).map(Told::text).toList();
        watching.forEach(
            (variant, each) -> {
              List<String> seen = each.read().stream().map(Told::text).toList();
              check(
                  seen.equals(wanted),
                  "'%s' %s:%n%s%nand the JVM:%n%s"
                      .formatted(
                          filter, variant, String.join("\n", seen), String.join("\n", wanted)));
            });
        compareCounts(filter, counting, wanted.size());
        check(
            all.told.stream()
                .anyMatch(t -> t.packet.bytes().length < 60 && t.packet.wireLength() > 10_000),
            "no packet had its payload elsewhere");
        return wanted.size();
      }
    } finally {
      watching.values().forEach(Watching::close);
      counting.values().forEach(CountingProbe::close);
    }
  }

  private static CountingProbe counting(String filter, Variant variant) {
    ProbeImage image = ProbeImage.embedded().withFilter(SkbFilter.compile(filter));
    return CountingProbe.attach(
        ProbePlan.counting(image, new DeviceList.All(), 4096, KernelFacts.running(), variant));
  }

  /** Each way to count has counted the same kinds as often, and as many packets as were wanted. */
  private void compareCounts(String filter, Map<Variant, CountingProbe> counting, int wanted) {
    Set<Long> own = Set.of(sender.inum(), receiver.inum());
    Map<CountKey, Long> first = null;
    for (Map.Entry<Variant, CountingProbe> each : counting.entrySet()) {
      Map<CountKey, Long> counts = new HashMap<>(each.getValue().counts());
      counts.keySet().removeIf(kind -> !own.contains(kind.device().netnsInum()));
      long sum = counts.values().stream().mapToLong(Long::longValue).sum();
      check(
          sum == wanted,
          "'%s' counted by %s: %d of %d, %s".formatted(filter, each.getKey(), sum, wanted, counts));
      first = first == null ? counts : first;
      check(
          counts.equals(first),
          "'%s' counted by %s: %s%nand before: %s".formatted(filter, each.getKey(), counts, first));
    }
  }

  private static void check(boolean right, String message) {
    if (!right) {
      throw new AssertionError(message);
    }
  }

  static void compareAll() throws UnknownHostException {
    int matched = 0;
    try (Testbed testbed = Testbed.open()) {
      VariantsMain drops = new VariantsMain(testbed);
      List<Variant> variants = drops.variants();
      for (String filter : FILTERS) {
        matched += drops.compare(filter, variants);
      }
      check(matched > 100, "only " + matched + " matches");
    }
  }
}
