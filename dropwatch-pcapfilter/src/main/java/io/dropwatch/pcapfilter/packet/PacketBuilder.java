package io.dropwatch.pcapfilter.packet;

import static io.dropwatch.pcapfilter.internal.Arguments.between;
import static io.dropwatch.pcapfilter.packet.PacketHeader.LENGTH;
import static io.dropwatch.pcapfilter.packet.PacketHeader.NONE;

import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.packet.PacketHeader.Completion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Builds one packet, outermost header first.
 *
 * <pre>{@code
 * byte[] syn =
 *     PacketBuilder.ethernet().vlan(5).ipv4("10.0.0.1", "10.0.0.2").tcp(40000, 443, SYN).build();
 * }</pre>
 *
 * {@link #build} fills in types of following headers, lengths and checksums. {@link #etherType} and
 * {@link #protocol} set what a header says about the next one where that one is missing. Numbers
 * are in host byte order. A number that does not fit into its field, and a malformed address, are
 * an {@link IllegalArgumentException}. Not thread-safe.
 */
public final class PacketBuilder {
  /** TCP flag. */
  public static final int FIN = 0x01;

  /** TCP flag. */
  public static final int SYN = 0x02;

  /** TCP flag. */
  public static final int RST = 0x04;

  /** TCP flag. */
  public static final int PSH = 0x08;

  /** TCP flag. */
  public static final int ACK = 0x10;

  /** TCP flag. */
  public static final int URG = 0x20;

  private static final Completion NOTHING = around -> {};

  private final List<PacketHeader> layers = new ArrayList<>();

  private PacketBuilder() {}

  /** Returns a packet that starts with an Ethernet header, to and from fixed local addresses. */
  public static PacketBuilder ethernet() {
    return ethernet("02:00:00:00:00:02", "02:00:00:00:00:01");
  }

  /** Returns a packet that starts with an Ethernet header. */
  public static PacketBuilder ethernet(String destination, String source) {
    return new PacketBuilder().innerEthernet(destination, source);
  }

  /** Returns a packet that starts with the header that is added first, usually IPv4 or IPv6. */
  public static PacketBuilder raw() {
    return new PacketBuilder();
  }

  /** Adds an Ethernet header inside a tunnel. */
  public PacketBuilder innerEthernet(String destination, String source) {
    byte[] header =
        ByteBuffer.allocate(14)
            .put(HeaderBytes.macAddress(destination))
            .put(HeaderBytes.macAddress(source))
            .array();
    return addLink(
        header,
        EtherTypes.TRANSPARENT_BRIDGING,
        around -> around.putNextEtherType(12, header.length));
  }

  /** Sets the EtherType of what follows the previous header, without adding a header for it. */
  public PacketBuilder etherType(int type) {
    return addLink(new byte[0], between("type", 0, 0xffff, type), NOTHING);
  }

  /** Sets the protocol of what follows the previous IP header, without adding a header for it. */
  public PacketBuilder protocol(int number) {
    return addIpProtocol(new byte[0], between("number", 0, 0xff, number), NOTHING);
  }

  /** Adds an 802.1Q tag: TPID 0x8100, priority 0. */
  public PacketBuilder vlan(int id) {
    return vlan(EtherTypes.VLAN, between("id", 0, 0xfff, id));
  }

  /** Adds a VLAN tag with any TPID; {@code tci} is priority, DEI and VLAN id. */
  public PacketBuilder vlan(int tpid, int tci) {
    return addLink(
        HeaderBytes.tag(tci),
        between("tpid", 0, 0xffff, tpid),
        around -> around.putNextEtherType(2, 4));
  }

  /** Adds an MPLS label (RFC 3032), TTL 64; the last one added has the bottom-of-stack bit. */
  public PacketBuilder mpls(int label) {
    byte[] entry =
        ByteBuffer.allocate(4).putInt(between("label", 0, 0xfffff, label) << 12 | 64).array();
    return addLink(
        entry,
        EtherTypes.MPLS,
        around -> {
          PacketHeader next = around.next();
          if (next == null || next.etherType() != EtherTypes.MPLS) {
            around.put8(2, entry[2] | 1);
          }
        });
  }

  /** Adds PPPoE discovery (RFC 2516), code PADI. */
  public PacketBuilder pppoeDiscovery() {
    return addLink(new byte[] {0x11, 0x09, 0, 0, 0, 0}, EtherTypes.PPPOE_DISCOVERY, NOTHING);
  }

  /** Adds a PPPoE session header and the PPP protocol number after it. */
  public PacketBuilder pppoeSession(int session) {
    byte[] header = HeaderBytes.pppoeSession(session);
    return addLink(
        header,
        EtherTypes.PPPOE_SESSION,
        around -> {
          around.put16(4, around.length() - 6);
          PacketHeader next = around.next();
          if (next != null) {
            around.put16(
                6,
                switch (next.etherType()) {
                  case EtherTypes.IP -> 0x0021;
                  case EtherTypes.IP6 -> 0x0057;
                  case EtherTypes.MPLS -> 0x0281;
                  default -> 0xc021;
                });
          }
        });
  }

  /** Adds IEEE 802.2 LLC: the frame becomes an 802.3 one, with a length instead of a type. */
  public PacketBuilder llc(int dsap, int ssap, int... control) {
    return addLink(HeaderBytes.llc(dsap, ssap, control), LENGTH, NOTHING);
  }

  /** Adds LLC with SNAP: an organisation code, and the next header's EtherType as protocol. */
  public PacketBuilder snap(int organisation) {
    return addLink(HeaderBytes.snap(organisation), LENGTH, around -> around.putNextEtherType(6, 8));
  }

  /** Adds ARP over Ethernet for IPv4 (RFC 826). */
  public PacketBuilder arp(int operation, String sender, String target) {
    byte[] header = HeaderBytes.addressResolution(operation, sender, target);
    return addLink(header, EtherTypes.ARP, NOTHING);
  }

  /** Adds reverse ARP (RFC 903). */
  public PacketBuilder rarp(int operation, String sender, String target) {
    byte[] header = HeaderBytes.addressResolution(operation, sender, target);
    return addLink(header, EtherTypes.RARP, NOTHING);
  }

  /** Adds IPv4 without options, not fragmented. */
  public PacketBuilder ipv4(String source, String destination) {
    return ipv4(source, destination, new byte[0]);
  }

  /**
   * Adds IPv4 with options, not fragmented.
   *
   * @param options 0 to 40 bytes; filled up with zeros (End of Option List) to a multiple of 4
   * @throws IllegalArgumentException if they are longer
   */
  public PacketBuilder ipv4(String source, String destination, byte[] options) {
    return ipv4(source, destination, options, 0);
  }

  /**
   * Adds IPv4 (RFC 791), TTL 64.
   *
   * @param headerWords header length in 32-bit words, 5 to 15; the options are NOPs
   * @param fragmentOffset in units of 8 bytes, 0 to 8191
   * @param moreFragments the MF flag
   */
  public PacketBuilder ipv4(
      String source,
      String destination,
      int headerWords,
      int fragmentOffset,
      boolean moreFragments) {
    byte[] options = new byte[4 * (between("headerWords", 5, 15, headerWords) - 5)];
    Arrays.fill(options, (byte) 1);
    int offset = between("fragmentOffset", 0, 0x1fff, fragmentOffset);
    return ipv4(source, destination, options, offset | (moreFragments ? 0x2000 : 0));
  }

  private PacketBuilder ipv4(String source, String destination, byte[] options, int fragment) {
    byte[] header = HeaderBytes.ipv4(source, destination, options, fragment);
    return add(
        header,
        EtherTypes.IP,
        4,
        around -> {
          around.put16(2, around.length());
          around.putNextProtocol(9);
          around.putChecksum(10, header.length);
        });
  }

  /** Adds IPv6 (RFC 8200), hop limit 64. */
  public PacketBuilder ipv6(String source, String destination) {
    byte[] header = HeaderBytes.ipv6(source, destination);
    return add(
        header,
        EtherTypes.IP6,
        41,
        around -> {
          around.put16(4, around.length() - header.length);
          around.putNextProtocol(6);
        });
  }

  /**
   * Adds an IPv6 extension header of 8 bytes: hop-by-hop (0), routing (43), destination options
   * (60).
   */
  public PacketBuilder extension(int number) {
    return addIpProtocol(
        new byte[] {59, 0, 1, 4, 0, 0, 0, 0},
        between("number", 0, 0xff, number),
        around -> around.putNextProtocol(0));
  }

  /** Adds the IPv6 fragment header; the offset is in units of 8 bytes, 0 to 8191. */
  public PacketBuilder fragment(int offset, boolean more) {
    return addIpProtocol(
        HeaderBytes.fragment(offset, more), 44, around -> around.putNextProtocol(0));
  }

  /** Adds an IP authentication header (RFC 4302) with 12 bytes of integrity check value. */
  public PacketBuilder ah() {
    return addIpProtocol(HeaderBytes.ah(), 51, around -> around.putNextProtocol(0));
  }

  /** Adds an IP encapsulating security payload (RFC 4303): SPI and sequence number. */
  public PacketBuilder esp(int spi) {
    return addIpProtocol(ByteBuffer.allocate(8).putInt(spi).putInt(1).array(), 50, NOTHING);
  }

  /**
   * Adds TCP (RFC 9293) without options.
   *
   * @param source port
   * @param destination port
   * @param flags any of {@link #SYN} and the like, joined by {@code |}; byte 13 of the header
   */
  public PacketBuilder tcp(int source, int destination, int flags) {
    return tcp(source, destination, flags, new byte[0]);
  }

  /**
   * Adds TCP with options.
   *
   * @param options 0 to 40 bytes; filled up with zeros (End of Option List) to a multiple of 4
   * @throws IllegalArgumentException if they are longer
   */
  public PacketBuilder tcp(int source, int destination, int flags, byte[] options) {
    return addIpProtocol(
        HeaderBytes.tcp(source, destination, flags, options),
        6,
        around -> around.putTransportChecksum(16, 6));
  }

  /** Adds UDP (RFC 768). */
  public PacketBuilder udp(int source, int destination) {
    return addIpProtocol(
        HeaderBytes.ports(source, destination, 8),
        17,
        around -> {
          around.put16(4, around.length());
          around.putTransportChecksum(6, 17);
        });
  }

  /** Adds the SCTP common header (RFC 9260), verification tag 0, with its CRC32c. */
  public PacketBuilder sctp(int source, int destination) {
    return addIpProtocol(
        HeaderBytes.ports(source, destination, 12), 132, around -> around.putCrc32c(8));
  }

  /** Adds GRE (RFC 2784), version 0, without options. */
  public PacketBuilder gre() {
    return addIpProtocol(new byte[4], 47, around -> around.putNextEtherType(2, 4));
  }

  /** Adds GRE with a key (RFC 2890). */
  public PacketBuilder gre(int key) {
    byte[] header = ByteBuffer.allocate(8).putShort((short) 0x2000).putInt(4, key).array();
    return addIpProtocol(header, 47, around -> around.putNextEtherType(2, 8));
  }

  /** Adds ICMP (RFC 792). */
  public PacketBuilder icmp(int type, int code) {
    return addIpProtocol(
        HeaderBytes.icmp(type, code), 1, around -> around.putChecksum(2, around.length()));
  }

  /** Adds ICMPv6 (RFC 4443). */
  public PacketBuilder icmp6(int type, int code) {
    return addIpProtocol(
        HeaderBytes.icmp(type, code), 58, around -> around.putTransportChecksum(2, 58));
  }

  /** Adds IGMPv2 (RFC 2236). */
  public PacketBuilder igmp(int type, String group) {
    return addIpProtocol(
        HeaderBytes.igmp(type, group), 2, around -> around.putChecksum(2, around.length()));
  }

  /**
   * Adds Geneve with options.
   *
   * @param options 0 to 252 bytes, a multiple of 4
   * @throws IllegalArgumentException if they are not
   */
  public PacketBuilder geneve(int vni, byte[] options) {
    byte[] header = HeaderBytes.geneve(vni, options);
    return add(header, NONE, NONE, around -> around.putNextEtherType(2, header.length));
  }

  /** Adds Geneve (RFC 8926) without options. */
  public PacketBuilder geneve(int vni) {
    return geneve(vni, new byte[0]);
  }

  /** Adds VXLAN (RFC 7348). */
  public PacketBuilder vxlan(int vni) {
    between("vni", 0, 0xffffff, vni);
    byte[] header = ByteBuffer.allocate(8).putInt(0x0800_0000).putInt(vni << 8).array();
    return add(header, NONE, NONE, NOTHING);
  }

  /** Adds payload bytes 0, 1, 2 and so on. */
  public PacketBuilder payload(int length) {
    byte[] bytes = new byte[between("length", 0, Integer.MAX_VALUE, length)];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return payload(bytes);
  }

  /** Adds payload, or a header that this class does not know; copied. */
  public PacketBuilder payload(byte[] bytes) {
    return add(bytes.clone(), NONE, NONE, NOTHING);
  }

  /** Returns the packet. More headers may be added afterwards, for a longer packet. */
  public byte[] build() {
    ByteBuffer packet = ByteBuffer.allocate(layers.stream().mapToInt(l -> l.bytes().length).sum());
    layers.forEach(layer -> packet.put(layer.bytes()));
    int start = packet.capacity();
    for (int index = layers.size() - 1; index >= 0; index--) {
      PacketHeader layer = layers.get(index);
      start -= layer.bytes().length;
      layer.completion().complete(new PacketHeader.Context(packet.array(), start, layers, index));
    }
    return packet.array();
  }

  /** Adds a header that an EtherType, or a length, before it announces. */
  private PacketBuilder addLink(byte[] bytes, int etherType, Completion completion) {
    return add(bytes, etherType, NONE, completion);
  }

  /** Adds a header that the protocol number of an IP header before it announces. */
  private PacketBuilder addIpProtocol(byte[] bytes, int protocol, Completion completion) {
    return add(bytes, NONE, protocol, completion);
  }

  private PacketBuilder add(byte[] bytes, int etherType, int protocol, Completion completion) {
    layers.add(new PacketHeader(bytes, etherType, protocol, completion));
    return this;
  }
}
