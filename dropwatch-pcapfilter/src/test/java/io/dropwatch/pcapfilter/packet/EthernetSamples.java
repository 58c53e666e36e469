package io.dropwatch.pcapfilter.packet;

import static io.dropwatch.pcapfilter.packet.PacketCorpus.whole;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Ethernet frames of the corpus that have no raw IP form. */
final class EthernetSamples {
  private static final String A4 = "10.0.0.1";
  private static final String B4 = "10.0.0.2";

  private final List<SamplePacket> packets;

  private EthernetSamples(List<SamplePacket> packets) {
    this.packets = packets;
  }

  static void addTo(List<SamplePacket> packets) {
    var samples = new EthernetSamples(packets);
    samples.addAddressResolution();
    samples.addHardwareAddresses();
    samples.addEtherTypes();
    samples.addDecnet();
    samples.addVlans();
    samples.addLabelsAndSessions();
    samples.addLogicalLinkControl();
  }

  private void addAddressResolution() {
    String[][] pairs = {
      {A4, B4},
      {"10.1.2.3", "0.0.0.0"},
      {"0.0.0.10", "255.255.255.255"},
      {"169.254.169.254", A4},
      {A4, "169.254.169.254"},
      {"192.168.0.255", "192.168.2.0"},
      {"192.168.1.0", "11.0.0.0"},
      {"9.255.255.255", "192.168.1.255"},
      {"10.0.0.7", "10.0.0.31"},
      {"192.168.1.1", "192.168.1.129"},
      {"192.168.1.128", "192.168.1.1"},
      {A4, A4}
    };
    for (String[] pair : pairs) {
      String name = pair[0] + " to " + pair[1];
      add("arp request " + name, ethernet().arp(1, pair[0], pair[1]));
      add("arp reply " + name, ethernet().arp(2, pair[0], pair[1]));
      add("rarp request " + name, ethernet().rarp(3, pair[0], pair[1]));
      add("rarp reply " + name, ethernet().rarp(4, pair[0], pair[1]).payload(18));
    }
  }

  private void addHardwareAddresses() {
    String[] addresses = {
      "00:00:00:00:00:00",
      "00:11:22:33:44:55",
      "00:11:22:33:44:56",
      "01:00:5e:00:00:01",
      "01:80:c2:00:00:00",
      "33:33:00:00:00:01",
      "fe:ff:ff:ff:ff:ff",
      "ff:ff:ff:ff:ff:fe",
      "ff:ff:ff:ff:ff:ff"
    };
    for (String address : addresses) {
      add("to mac " + address, from("02:00:00:00:00:01", address).ipv4(A4, "224.0.0.1").udp(1, 2));
      add("from mac " + address, from(address, "02:00:00:00:00:02").ipv4(A4, B4).udp(1, 2));
    }
    add("arp to all", from("00:11:22:33:44:55", "ff:ff:ff:ff:ff:ff").arp(1, A4, B4));
  }

  private void addEtherTypes() {
    int[] types = {
      0, 1, 46, 1499, 1500, 1501, 1518, 1536, 0x0600, 0x0800, 0x0806, 0x6000, 0x6001, 0x6002,
      0x6003, 0x6004, 0x6005, 0x6007, 0x8035, 0x809b, 0x80f3, 0x8100, 0x8137, 0x86dd, 0x8809,
      0x8847, 0x8848, 0x8863, 0x8864, 0x88a8, 0x88cc, 0x9000, 0x9100, 0xffff
    };
    for (int type : types) {
      add("ethertype " + Integer.toHexString(type), ethernet().etherType(type).payload(46));
    }
  }

  private void addDecnet() {
    // Long and short headers, with and without padding; every address in them is 1.2.
    int[][] flags = {{0x06}, {0x81, 0x06}, {0x02}, {0x81, 0x02}};
    for (int[] flag : flags) {
      for (int phase = 0; phase < 2; phase++) {
        byte[] body = new byte[46];
        for (int i = 0; i < body.length; i++) {
          body[i] = (byte) (i % 2 == phase ? 0x02 : 0x04);
        }
        for (int i = 0; i < flag.length; i++) {
          body[2 + i] = (byte) flag[i];
        }
        add("decnet " + flag[0] + "/" + phase, ethernet().etherType(0x6003).payload(body));
      }
    }
  }

  private void addVlans() {
    int[] types = {0x8100, 0x88a8, 0x9100};
    int[] controls = {0, 1, 5, 0x0fff, 0x1005, 0xe005, 0xf000};
    for (int type : types) {
      for (int control : controls) {
        vlan(type + "/" + control, link -> link.vlan(type, control));
      }
      vlan("two, " + type + " outside", link -> link.vlan(type, 5).vlan(7));
    }
    vlan("three", link -> link.vlan(5).vlan(6).vlan(7));
    add("vlan of an unknown type", ethernet().vlan(5).etherType(0x1234).payload(40));
    add("vlan of llc", ethernet().vlan(5).llc(0x42, 0x42, 3).payload(35));
    add("vlan of pppoe", ethernet().vlan(5).pppoeSession(5).ipv4(A4, B4).tcp(40000, 443, 2));
    add("vlan of mpls", ethernet().vlan(5).mpls(1000).ipv4(A4, B4).tcp(40000, 443, 2));
  }

  private void vlan(String name, UnaryOperator<PacketBuilder> tags) {
    add("vlan " + name + " tcp", tags.apply(ethernet()).ipv4(A4, B4).tcp(40000, 443, 2));
    add("vlan " + name + " udp", tags.apply(ethernet()).ipv6("2001:db8::1", "::1").udp(53, 1000));
    add("vlan " + name + " arp", tags.apply(ethernet()).arp(1, A4, B4));
  }

  private void addLabelsAndSessions() {
    for (int label : new int[] {0, 1, 16, 1000, 0xfffff}) {
      add("mpls " + label + " ip", ethernet().mpls(label).ipv4(A4, B4).tcp(40000, 443, 2));
      add("mpls " + label + " ip6", ethernet().mpls(label).ipv6("::1", "::2").udp(53, 1000));
      add(
          "mpls " + label + " over 7",
          ethernet().mpls(label).mpls(7).ipv4(A4, B4).tcp(40000, 443, 2));
    }
    add("pppoe discovery", ethernet().pppoeDiscovery().payload(20));
    for (int session : new int[] {0, 1, 5, 0xffff}) {
      add("pppoe " + session + " ip", ethernet().pppoeSession(session).ipv4(A4, B4).tcp(1, 443, 2));
      add(
          "pppoe " + session + " ip6",
          ethernet().pppoeSession(session).ipv6("::1", "::2").udp(5, 6));
      add("pppoe " + session + " lcp", ethernet().pppoeSession(session).payload(12));
    }
  }

  private void addLogicalLinkControl() {
    for (int sap : new int[] {0x00, 0x06, 0x42, 0xaa, 0xe0, 0xf0, 0xfe, 0xff}) {
      add("llc " + sap + " ui", ethernet().llc(sap, sap, 3).payload(40));
    }
    for (int control :
        new int[] {0x00, 0x02, 0x01, 0x05, 0x09, 0x03, 0x43, 0x63, 0x0f, 0x6f, 0xe3, 0xaf, 0x87}) {
      add("llc control " + control, ethernet().llc(0x04, 0x04, control, 0).payload(40));
    }
    for (int pdu : new int[] {0x81, 0x82, 0x83}) {
      for (int type : new int[] {2, 15, 16, 17, 18, 20, 24, 25, 26, 27}) {
        byte[] header = {(byte) pdu, 27, 1, 0, (byte) type, 1, 0, 0};
        add("osi " + pdu + "/" + type, ethernet().llc(0xfe, 0xfe, 3).payload(header));
      }
    }
    for (int type : new int[] {0x0800, 0x0806, 0x809b, 0x80f3, 0x8137, 0x86dd}) {
      add("snap " + type, ethernet().snap(0).etherType(type).payload(30));
      add("snap apple " + type, ethernet().snap(0x080007).etherType(type).payload(30));
    }
    // The longest length and the shortest type.
    for (int length = 1499; length <= 1502; length++) {
      byte[] spanning = new byte[46];
      Arrays.fill(spanning, (byte) 0x42);
      add("stp in a frame of " + length, ethernet().etherType(length).payload(spanning));
    }
    add("snap ip", ethernet().snap(0).ipv4(A4, B4).tcp(40000, 443, 2));
    add("raw ipx", ethernet().etherType(40).payload(new byte[] {-1, -1, 0, 40, 0, 0}));
    add("stp", from("02:00:00:00:00:01", "01:80:c2:00:00:00").llc(0x42, 0x42, 3).payload(35));
  }

  private static PacketBuilder ethernet() {
    return PacketBuilder.ethernet();
  }

  private static PacketBuilder from(String source, String destination) {
    return PacketBuilder.ethernet(destination, source);
  }

  private void add(String name, PacketBuilder packet) {
    packets.add(whole(name, packet.build()));
  }
}
