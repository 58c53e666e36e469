package io.dropwatch.benchmarks;

import io.dropwatch.pcapfilter.packet.PacketBuilder;
import io.dropwatch.pcapfilter.packet.PacketCorpus;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The packets of the filter benchmarks, by parameter; the same in each run. */
final class FilterPackets {
  private static final int[] SERVICES = {443, 443, 443, 80, 8080, 22, 3306, 5432, 6379, 9092};

  private final Random random = new Random(20_261_125);

  private FilterPackets() {}

  /**
   * {@return a number of packets}
   *
   * @param name {@code traffic}: a server's traffic, 70 % of it TCP over IPv4; {@code corner
   *     cases}: the corpus of the tests, whose first bytes decide many verdicts
   */
  static List<SamplePacket> named(String name, int count) {
    FilterPackets packets = new FilterPackets();
    List<SamplePacket> corpus = name.equals("traffic") ? List.of() : PacketCorpus.ethernet();
    List<SamplePacket> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(corpus.isEmpty() ? packets.traffic(i) : corpus.get(i % corpus.size()));
    }
    return all;
  }

  private SamplePacket traffic(int number) {
    PacketBuilder link = PacketBuilder.ethernet();
    int kind = random.nextInt(100);
    PacketBuilder packet =
        kind < 80
            ? transport(link.ipv4(ipv4(), ipv4()), kind < 70)
            : kind < 96
                ? transport(link.ipv6(ipv6(), ipv6()), kind < 92)
                : kind < 98 ? link.ipv4(ipv4(), ipv4()).icmp(8, 0) : link.arp(1, ipv4(), ipv4());
    byte[] bytes = packet.build();
    return new SamplePacket("traffic " + number, bytes, bytes.length);
  }

  private PacketBuilder transport(PacketBuilder network, boolean tcp) {
    int client = 32768 + random.nextInt(28232);
    int server = tcp ? SERVICES[random.nextInt(SERVICES.length)] : random.nextInt(3) > 0 ? 53 : 123;
    boolean answer = random.nextBoolean();
    int from = answer ? server : client;
    int to = answer ? client : server;
    byte[] payload = new byte[random.nextInt(100)];
    return (tcp ? network.tcp(from, to, PacketBuilder.ACK) : network.udp(from, to))
        .payload(payload);
  }

  private String ipv4() {
    return "10." + random.nextInt(4) + "." + random.nextInt(256) + "." + random.nextInt(256);
  }

  private String ipv6() {
    return "2001:db8::" + Integer.toHexString(random.nextInt(0xffff));
  }
}
