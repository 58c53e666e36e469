package io.dropwatch.pcapfilter.packet;

import static io.dropwatch.pcapfilter.internal.Arguments.between;

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
    return add(
        header,
        EtherTypes.TRANSPARENT_BRIDGING,
        PacketHeader.NONE,
        around -> around.putNextEtherType(12, header.length));
  }

  /** Sets the EtherType of what follows the previous header, without adding a header for it. */
  public PacketBuilder etherType(int type) {
    return add(new byte[0], between("type", 0, 0xffff, type), PacketHeader.NONE, NOTHING);
  }

  /** Sets the protocol of what follows the previous IP header, without adding a header for it. */
  public PacketBuilder protocol(int number) {
    return add(new byte[0], PacketHeader.NONE, between("number", 0, 0xff, number), NOTHING);
  }

  /** Adds an 802.1Q tag: TPID 0x8100, priority 0. */
  public PacketBuilder vlan(int id) {
    return vlan(EtherTypes.VLAN, between("id", 0, 0xfff, id));
  }

  /** Adds a VLAN tag with any TPID; {@code tci} is priority, DEI and VLAN id. */
  public PacketBuilder vlan(int tpid, int tci) {
    return add(
        HeaderBytes.tag(between("tci", 0, 0xffff, tci)),
        between("tpid", 0, 0xffff, tpid),
        PacketHeader.NONE,
        around -> around.putNextEtherType(2, 4));
  }

  /** Adds an MPLS label (RFC 3032), TTL 64; the last one added has the bottom-of-stack bit. */
  public PacketBuilder mpls(int label) {
    byte[] entry =
        ByteBuffer.allocate(4).putInt(between("label", 0, 0xfffff, label) << 12 | 64).array();
    return add(
        entry,
        EtherTypes.MPLS,
        PacketHeader.NONE,
        around -> {
          PacketHeader next = around.next();
          if (next == null || next.etherType() != EtherTypes.MPLS) {
            around.put8(2, entry[2] | 1);
          }
        });
  }

  /** Adds PPPoE discovery (RFC 2516), code PADI. */
  public PacketBuilder pppoeDiscovery() {
    return add(
        new byte[] {0x11, 0x09, 0, 0, 0, 0},
        EtherTypes.PPPOE_DISCOVERY,
        PacketHeader.NONE,
        NOTHING);
  }

  /** Adds a PPPoE session header and the PPP protocol number after it. */
  public PacketBuilder pppoeSession(int session) {
    byte[] header = HeaderBytes.pppoeSession(between("session", 0, 0xffff, session));
    return add(
        header,
        EtherTypes.PPPOE_SESSION,
        PacketHeader.NONE,
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
    between("dsap", 0, 0xff, dsap);
    between("ssap", 0, 0xff, ssap);
    for (int octet : control) {
      between("control", 0, 0xff, octet);
    }
    return add(
        HeaderBytes.llc(dsap, ssap, control), PacketHeader.LENGTH, PacketHeader.NONE, NOTHING);
  }

  /** Adds LLC with SNAP: an organisation code, and the next header's EtherType as protocol. */
  public PacketBuilder snap(int organisation) {
    return add(
        HeaderBytes.snap(between("organisation", 0, 0xffffff, organisation)),
        PacketHeader.LENGTH,
        PacketHeader.NONE,
        around -> around.putNextEtherType(6, 8));
  }

  /** Adds ARP over Ethernet for IPv4 (RFC 826). */
  public PacketBuilder arp(int operation, String sender, String target) {
    return addressResolution(EtherTypes.ARP, operation, sender, target);
  }

  /** Adds reverse ARP (RFC 903). */
  public PacketBuilder rarp(int operation, String sender, String target) {
    return addressResolution(EtherTypes.RARP, operation, sender, target);
  }

  private PacketBuilder addressResolution(
      int etherType, int operation, String sender, String target) {
    return add(
        HeaderBytes.addressResolution(between("operation", 0, 0xffff, operation), sender, target),
        etherType,
        PacketHeader.NONE,
        NOTHING);
  }

  /** Adds IPv4 without options, not fragmented. */
  public PacketBuilder ipv4(String source, String destination) {
    return ipv4(source, destination, 5, 0, false);
  }

  /**
   * Adds IPv4 with options, not fragmented.
   *
   * @param options 0 to 40 bytes; filled up with zeros (End of Option List) to a multiple of 4
   * @throws IllegalArgumentException if they are longer
   */
  public PacketBuilder ipv4(String source, String destination, byte[] options) {
    if (options.length > 40) {
      throw new IllegalArgumentException(
          "IPv4 options must be 0 to 40 bytes, were " + options.length);
    }
    int words = 5 + (options.length + 3) / 4;
    ipv4(source, destination, words, 0, false);
    byte[] header = layers.getLast().bytes();
    Arrays.fill(header, 20, header.length, (byte) 0);
    System.arraycopy(options, 0, header, 20, options.length);
    return this;
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
    between("headerWords", 5, 15, headerWords);
    int fragment =
        between("fragmentOffset", 0, 0x1fff, fragmentOffset) | (moreFragments ? 0x2000 : 0);
    return add(
        HeaderBytes.ipv4(source, destination, headerWords, fragment),
        EtherTypes.IP,
        4,
        around -> {
          around.put16(2, around.length());
          around.putNextProtocol(9);
          around.putChecksum(10, headerWords * 4);
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
    return add(
        new byte[] {59, 0, 1, 4, 0, 0, 0, 0},
        PacketHeader.NONE,
        between("number", 0, 0xff, number),
        around -> around.putNextProtocol(0));
  }

  /** Adds the IPv6 fragment header; the offset is in units of 8 bytes, 0 to 8191. */
  public PacketBuilder fragment(int offset, boolean more) {
    return add(
        HeaderBytes.fragment(between("offset", 0, 0x1fff, offset), more),
        PacketHeader.NONE,
        44,
        around -> around.putNextProtocol(0));
  }

  /** Adds an IP authentication header (RFC 4302) with 12 bytes of integrity check value. */
  public PacketBuilder ah() {
    return add(HeaderBytes.ah(), PacketHeader.NONE, 51, around -> around.putNextProtocol(0));
  }

  /** Adds an IP encapsulating security payload (RFC 4303): SPI and sequence number. */
  public PacketBuilder esp(int spi) {
    return add(
        ByteBuffer.allocate(8).putInt(spi).putInt(1).array(), PacketHeader.NONE, 50, NOTHING);
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
    if (options.length > 40) {
      throw new IllegalArgumentException(
          "TCP options must be 0 to 40 bytes, were " + options.length);
    }
    return add(
        HeaderBytes.tcp(
            port("source", source),
            port("destination", destination),
            between("flags", 0, 0xff, flags),
            options),
        PacketHeader.NONE,
        6,
        around -> around.putTransportChecksum(16, 6));
  }

  /** Adds UDP (RFC 768). */
  public PacketBuilder udp(int source, int destination) {
    return add(
        HeaderBytes.ports(port("source", source), port("destination", destination), 8),
        PacketHeader.NONE,
        17,
        around -> {
          around.put16(4, around.length());
          around.putTransportChecksum(6, 17);
        });
  }

  /** Adds the SCTP common header (RFC 9260), verification tag 0, with its CRC32c. */
  public PacketBuilder sctp(int source, int destination) {
    return add(
        HeaderBytes.ports(port("source", source), port("destination", destination), 12),
        PacketHeader.NONE,
        132,
        around -> around.putCrc32c(8));
  }

  /** Adds GRE (RFC 2784), version 0, without options. */
  public PacketBuilder gre() {
    return add(new byte[4], PacketHeader.NONE, 47, around -> around.putNextEtherType(2, 4));
  }

  /** Adds GRE with a key (RFC 2890). */
  public PacketBuilder gre(int key) {
    byte[] header = ByteBuffer.allocate(8).putShort((short) 0x2000).putInt(4, key).array();
    return add(header, PacketHeader.NONE, 47, around -> around.putNextEtherType(2, 8));
  }

  /** Adds ICMP (RFC 792). */
  public PacketBuilder icmp(int type, int code) {
    return add(
        icmpHeader(type, code),
        PacketHeader.NONE,
        1,
        around -> around.putChecksum(2, around.length()));
  }

  /** Adds ICMPv6 (RFC 4443). */
  public PacketBuilder icmp6(int type, int code) {
    return add(
        icmpHeader(type, code),
        PacketHeader.NONE,
        58,
        around -> around.putTransportChecksum(2, 58));
  }

  /** Adds IGMPv2 (RFC 2236). */
  public PacketBuilder igmp(int type, String group) {
    return add(
        HeaderBytes.igmp(between("type", 0, 0xff, type), group),
        PacketHeader.NONE,
        2,
        around -> around.putChecksum(2, around.length()));
  }

  /**
   * Adds Geneve with options.
   *
   * @param options 0 to 252 bytes, a multiple of 4
   * @throws IllegalArgumentException if they are not
   */
  public PacketBuilder geneve(int vni, byte[] options) {
    if (options.length > 252 || options.length % 4 != 0) {
      throw new IllegalArgumentException(
          "Geneve options must be 0 to 252 bytes, a multiple of 4, were " + options.length);
    }
    byte[] header = HeaderBytes.geneve(between("vni", 0, 0xffffff, vni), options);
    return add(
        header,
        PacketHeader.NONE,
        PacketHeader.NONE,
        around -> around.putNextEtherType(2, header.length));
  }

  /** Adds Geneve (RFC 8926) without options. */
  public PacketBuilder geneve(int vni) {
    return geneve(vni, new byte[0]);
  }

  /** Adds VXLAN (RFC 7348). */
  public PacketBuilder vxlan(int vni) {
    between("vni", 0, 0xffffff, vni);
    byte[] header = ByteBuffer.allocate(8).putInt(0x0800_0000).putInt(vni << 8).array();
    return add(header, PacketHeader.NONE, PacketHeader.NONE, NOTHING);
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
    return add(bytes.clone(), PacketHeader.NONE, PacketHeader.NONE, NOTHING);
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

  private static byte[] icmpHeader(int type, int code) {
    return HeaderBytes.icmp(between("type", 0, 0xff, type), between("code", 0, 0xff, code));
  }

  private static int port(String name, int port) {
    return between(name, 0, 0xffff, port);
  }

  private PacketBuilder add(byte[] bytes, int etherType, int protocol, Completion completion) {
    layers.add(new PacketHeader(bytes, etherType, protocol, completion));
    return this;
  }
}
