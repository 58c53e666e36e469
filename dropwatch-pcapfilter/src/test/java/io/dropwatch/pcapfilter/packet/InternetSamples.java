package io.dropwatch.pcapfilter.packet;

import static io.dropwatch.pcapfilter.packet.PacketCorpus.whole;

import java.util.List;
import java.util.function.Supplier;

/** IPv4 and IPv6 packets of the corpus, after any link header. */
final class InternetSamples {
  private static final String A4 = "10.0.0.1";
  private static final String B4 = "10.0.0.2";
  private static final String A6 = "2001:db8::1";
  private static final String B6 = "2001:db8::2";

  private static final int[] PORTS = {
    0, 1, 22, 52, 53, 54, 80, 442, 443, 444, 999, 1000, 1001, 1500, 1999, 2000, 2001, 3305, 3306,
    3307, 8079, 8080, 8081, 32767, 32768, 65534, 65535
  };

  private static final String[] HOSTS4 = {
    "0.0.0.0",
    "0.0.0.10",
    "9.255.255.255",
    "10.0.0.0",
    "10.0.0.1",
    "10.1.0.0",
    "10.1.2.3",
    "10.255.255.255",
    "11.0.0.0",
    "127.0.0.1",
    "169.254.169.253",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.255",
    "192.168.1.0",
    "192.168.1.1",
    "192.168.1.127",
    "192.168.1.128",
    "192.168.1.255",
    "192.168.2.0",
    "223.255.255.255",
    "224.0.0.0",
    "224.0.0.1",
    "239.255.255.255",
    "255.255.255.255"
  };

  private static final String[] HOSTS6 = {
    "::",
    "::1",
    "::ffff",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::",
    "2001:db8::1",
    "2001:db8:0:1::",
    "2001:db8:7fff:ffff::",
    "2001:db8:8000::",
    "2001:db9::",
    "fe80::1",
    "feff::1",
    "ff00::",
    "ff02::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
  };

  private final List<SamplePacket> packets;
  private final Supplier<PacketBuilder> link;
  private final String prefix;

  private InternetSamples(List<SamplePacket> packets, Supplier<PacketBuilder> link, String prefix) {
    this.packets = packets;
    this.link = link;
    this.prefix = prefix;
  }

  static void addTo(List<SamplePacket> packets, Supplier<PacketBuilder> link, String prefix) {
    var samples = new InternetSamples(packets, link, prefix);
    samples.addPorts();
    samples.addHosts();
    samples.addHeaderLengths();
    samples.addFragments();
    samples.addProtocols();
    samples.addTcpFlags();
    samples.addControlMessages();
    samples.addExtensionHeaders();
    samples.addTunnels();
    samples.addLengths();
  }

  private void addPorts() {
    for (int port : PORTS) {
      add("tcp to " + port, v4().tcp(40000, port, 0x18));
      add("tcp from " + port, v4().tcp(port, 40000, 0x18));
      add("udp to " + port, v4().udp(40000, port));
      add("ip6 tcp from " + port, v6().tcp(port, 40000, 0x18));
      add("ip6 udp to " + port, v6().udp(40000, port));
    }
    for (int port : new int[] {0, 53, 443, 1000, 65535}) {
      add("sctp to " + port, v4().sctp(40000, port));
      add("sctp from " + port, v4().sctp(port, 40000));
      add("ip6 sctp to " + port, v6().sctp(40000, port));
      add("udp both " + port, v4().udp(port, port));
      add("tcp both " + port, v6().tcp(port, port, 2));
      // Not a transport that has ports, but bytes in their place.
      add("port " + port + " after proto 99", v4().protocol(99).payload(ports(40000, port)));
      add("port " + port + " after icmp6", v6().protocol(58).payload(ports(port, 443)));
    }
    // Neighbours of the protocols that have ports.
    for (int protocol : new int[] {5, 7, 16, 18, 131, 133}) {
      for (int port : new int[] {53, 443, 8080}) {
        byte[] to = ports(40000, port);
        byte[] from = ports(port, 40000);
        add("proto " + protocol + " to " + port, v4().protocol(protocol).payload(to));
        add("proto " + protocol + " from " + port, v4().protocol(protocol).payload(from));
        add("ip6 proto " + protocol + " to " + port, v6().protocol(protocol).payload(to));
        add("ip6 proto " + protocol + " from " + port, v6().protocol(protocol).payload(from));
      }
    }
    add("tcp 443 to 80", v4().tcp(443, 80, 2));
    add("tcp 80 to 443", v4().tcp(80, 443, 2));
    add("udp 1000 to 2000", v6().udp(1000, 2000));
    add("to the database", link().ipv4("192.168.1.7", "10.9.8.7").tcp(50000, 3306, 2));
    add("from the database", link().ipv4("10.9.8.7", "192.168.1.7").tcp(3306, 50000, 2));
    add("udp to the database", link().ipv4("192.168.1.7", "10.9.8.7").udp(50000, 3306));
    add("to metadata", link().ipv4(A4, "169.254.169.254").tcp(50000, 80, 2));
    add("from metadata", link().ipv4("169.254.169.254", A4).tcp(80, 50000, 0x12));
  }

  private void addHosts() {
    for (String host : HOSTS4) {
      add("ip from " + host, link().ipv4(host, "1.2.3.4").tcp(40000, 3306, 2));
      add("ip to " + host, link().ipv4("1.2.3.4", host).udp(53, 443));
    }
    for (int i = 0; i < 40; i++) {
      add("host list " + i, link().ipv4("10.0.0." + i, "10.0." + i + ".1").udp(5, 6));
    }
    for (String host : HOSTS6) {
      add("ip6 from " + host, link().ipv6(host, "3fff::4").tcp(40000, 443, 2));
      add("ip6 to " + host, link().ipv6("3fff::4", host).udp(1500, 1500));
    }
    add("ip same", link().ipv4(A4, A4).tcp(443, 443, 2));
    add("ip6 same", link().ipv6(A6, A6).tcp(443, 443, 2));
  }

  private void addHeaderLengths() {
    for (int words = 5; words <= 15; words++) {
      add("ihl " + words + " tcp", link().ipv4(A4, B4, words, 0, false).tcp(40000, 443, 0x12));
      add("ihl " + words + " udp", link().ipv4(A4, B4, words, 0, false).udp(53, 1000));
    }
    for (int words = 0; words < 16; words++) {
      PacketBuilder packet = v4().tcp(443, 53, 2).payload(44);
      byte[] bytes = packet.build();
      int header = bytes.length - 44 - 20 - 20;
      bytes[header] = (byte) (0x40 | words);
      packets.add(whole(prefix + "claims ihl " + words, bytes));
    }
    for (int version = 0; version < 16; version++) {
      byte[] bytes = v4().tcp(443, 53, 2).build();
      bytes[bytes.length - 40] = (byte) (version << 4 | 5);
      packets.add(whole(prefix + "claims version " + version, bytes));
    }
  }

  private void addFragments() {
    int[] offsets = {0, 1, 185, 0x1000, 0x1fff};
    for (int offset : offsets) {
      for (boolean more : new boolean[] {false, true}) {
        String name = "fragment " + offset + (more ? "+ " : " ");
        add(name + "tcp", link().ipv4(A4, B4, 5, offset, more).tcp(40000, 443, 2));
        add(name + "udp", link().ipv4(A4, B4, 6, offset, more).udp(53, 53));
        add(name + "icmp", link().ipv4(A4, B4, 5, offset, more).icmp(8, 0));
        add("ip6 " + name + "tcp", v6().fragment(offset, more).tcp(40000, 443, 2));
        add("ip6 " + name + "udp", v6().fragment(offset, more).udp(53, 1000));
        add("ip6 " + name + "icmp6", v6().fragment(offset, more).icmp6(128, 0));
      }
    }
    for (int offset : new int[] {1, 2, 4}) {
      String source = "192.168.1.7";
      add("later " + offset + " from 443", link().ipv4(A4, B4, 5, offset, true).udp(443, 2));
      add("later " + offset + " to 8080", link().ipv4(A4, B4, 5, offset, true).tcp(1, 8080, 2));
      add("later " + offset + " to 3306", link().ipv4(source, B4, 5, offset, true).tcp(1, 3306, 2));
    }
    for (int flags : new int[] {0x40, 0x80, 0xe0}) {
      byte[] bytes = v4().tcp(40000, 443, 2).build();
      bytes[bytes.length - 40 + 6] = (byte) flags;
      packets.add(whole(prefix + "ip flags " + flags, bytes));
    }
  }

  private void addProtocols() {
    int[] numbers = {
      0, 1, 2, 4, 6, 9, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 88, 89, 103, 112, 132, 255
    };
    for (int number : numbers) {
      add("ip proto " + number, v4().protocol(number).payload(24));
      add("ip6 proto " + number, v6().protocol(number).payload(24));
      add("ip6 fragment of proto " + number, v6().fragment(0, true).protocol(number).payload(24));
    }
    add("ip ah tcp", v4().ah().tcp(40000, 443, 2));
    add("ip6 ah tcp", v6().ah().tcp(40000, 443, 2));
    add("ip esp", v4().esp(0x100).payload(16));
    add("ip6 esp", v6().esp(0x100).payload(16));
  }

  private void addTcpFlags() {
    for (int flags : new int[] {0, 1, 2, 3, 4, 8, 16, 17, 18, 20, 24, 32, 64, 128, 255}) {
      add("tcp flags " + flags, v4().tcp(40000, 8080, flags));
      add("ip6 tcp flags " + flags, v6().tcp(40000, 8080, flags));
    }
    add("tcp flags after options", link().ipv4(A4, B4, 9, 0, false).tcp(1, 2, 2));
    add(
        "http get",
        v4().tcp(40000, 80, 0x18)
            .payload(
                "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }

  private void addControlMessages() {
    for (int type : new int[] {0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 255}) {
      add("icmp type " + type, v4().icmp(type, type % 4).payload(8));
    }
    for (int type :
        new int[] {0, 1, 2, 3, 4, 127, 128, 129, 130, 133, 134, 135, 136, 137, 143, 255}) {
      add("icmp6 type " + type, v6().icmp6(type, type % 4).payload(8));
    }
    add("icmp6 type 128 after options", v6().extension(60).icmp6(128, 0));
    add("igmp query", link().ipv4(A4, "224.0.0.1").igmp(0x11, "0.0.0.0"));
    add("igmp report", link().ipv4(A4, "239.1.2.3").igmp(0x16, "239.1.2.3"));
  }

  private void addExtensionHeaders() {
    for (int number : new int[] {0, 43, 60}) {
      add("ip6 extension " + number + " tcp", v6().extension(number).tcp(40000, 443, 2));
      add("ip6 extension " + number + " udp", v6().extension(number).udp(53, 1000));
    }
    add("ip6 hop, destination, tcp", v6().extension(0).extension(60).tcp(40000, 443, 2));
    add(
        "ip6 hop, routing, fragment, tcp",
        v6().extension(0).extension(43).fragment(0, true).tcp(1, 443, 2));
    add("ip6 fragment, destination, tcp", v6().fragment(0, true).extension(60).tcp(40000, 443, 2));
    add("ip6 fragment of a fragment", v6().fragment(0, true).fragment(0, false).tcp(40000, 443, 2));
    PacketBuilder seven = v6();
    for (int i = 0; i < 7; i++) {
      seven.extension(60);
    }
    add("ip6 seven extensions, tcp", seven.tcp(40000, 443, 2));
  }

  private void addTunnels() {
    add("ip in ip", v4().ipv4("192.168.1.1", "192.168.1.2").tcp(443, 53, 2));
    add("ip6 in ip", v4().ipv6(A6, B6).tcp(443, 53, 2));
    add("ip in ip6", v6().ipv4(A4, B4).udp(443, 53));
    for (int vni : new int[] {0, 5, 0xffffff}) {
      add(
          "geneve " + vni + " of ethernet",
          v4().udp(40000, 6081)
              .geneve(vni)
              .innerEthernet("02:00:00:00:00:0a", "02:00:00:00:00:0b")
              .ipv4(B4, A4)
              .tcp(443, 80, 2));
      add(
          "ip6 geneve " + vni + " of ip",
          v6().udp(40000, 6081).geneve(vni).ipv4(B4, A4).tcp(443, 80, 2));
      add(
          "vxlan " + vni,
          v4().udp(40000, 4789)
              .vxlan(vni)
              .innerEthernet("02:00:00:00:00:0a", "02:00:00:00:00:0b")
              .ipv4(B4, A4)
              .tcp(443, 80, 2));
    }
  }

  private void addLengths() {
    for (int length : new int[] {0, 1, 20, 100, 150, 190}) {
      add("tcp with " + length + " bytes", v4().tcp(40000, 443, 0x18).payload(length));
      add("ip6 udp with " + length + " bytes", v6().udp(40000, 53).payload(length));
    }
    byte[] head = v4().tcp(40000, 443, 0x18).payload(20).build();
    for (int wire : new int[] {99, 100, 101, 575, 576, 577, 1499, 1500, 1501, 65535, 262144}) {
      packets.add(new SamplePacket(prefix + "snapped of " + wire, head, wire));
    }
  }

  private PacketBuilder link() {
    return link.get();
  }

  private PacketBuilder v4() {
    return link().ipv4(A4, B4);
  }

  private PacketBuilder v6() {
    return link().ipv6(A6, B6);
  }

  private static byte[] ports(int source, int destination) {
    return new byte[] {
      (byte) (source >>> 8),
      (byte) source,
      (byte) (destination >>> 8),
      (byte) destination,
      0,
      0,
      0,
      0
    };
  }

  private void add(String name, PacketBuilder packet) {
    packets.add(whole(prefix + name, packet.build()));
  }
}
