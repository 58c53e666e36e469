package io.dropwatch.layers;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Well-formed Ethernet frames with random values in every field, tunnels included. */
final class RandomPackets {
  private static final int MAX_NESTING = 2;
  // Deeper than any packet that is not quoted.
  private static final int QUOTED = MAX_NESTING + 2;
  // Ports that tshark assigns to no protocol that is not decoded here.
  private static final int[] PLAIN_PORTS = {1, 40000, 53999, 65535};

  private final RandomGenerator random;

  RandomPackets(RandomGenerator random) {
    this.random = random;
  }

  byte[] frame() {
    return frame(0);
  }

  private byte[] frame(int nesting) {
    byte[] macs = bytes(12);
    // tshark takes a multicast source address for a source route.
    macs[6] &= (byte) 0xfe;
    return Packets.join(macs, typed(nesting));
  }

  private byte[] typed(int nesting) {
    return switch (random.nextInt(13)) {
      case 10 -> Packets.join(u16(0x8847 + random.nextInt(2)), mpls(nesting));
      case 11 -> Packets.join(u16(0x8864), session(nesting));
      case 12 -> Packets.join(u16(0x8863), discovery());
      case 0 -> Packets.join(u16(0x0806), arp());
      case 1 -> Packets.join(u16(0x8100), bytes(2), typed(nesting));
      case 2 ->
          Packets.join(u16(0x88a8), bytes(2), u16(0x8100), bytes(2), u16(0x0800), ipv4(nesting));
      case 3 -> llc();
      case 4, 5, 6 -> Packets.join(u16(0x86dd), ipv6(nesting));
      default -> Packets.join(u16(0x0800), ipv4(nesting));
    };
  }

  private byte[] llc() {
    byte[] payload = Packets.join(Packets.hex("f0f003"), bytes(random.nextInt(40)));
    return Packets.join(u16(payload.length), payload);
  }

  private byte[] arp() {
    return Packets.join(Packets.hex("0001 0800 06 04"), u16(1 + random.nextInt(2)), bytes(20));
  }

  private byte[] mpls(int nesting) {
    byte[] bottom = randomEntry(true);
    return random.nextInt(3) == 0
        ? Packets.join(randomEntry(false), mpls(nesting))
        : Packets.join(bottom, random.nextBoolean() ? ipv4(nesting) : ipv6(nesting));
  }

  // Labels from 16: tshark decodes the payload of some lower ones by the label.
  private byte[] randomEntry(boolean bottom) {
    byte[] entry = bytes(4);
    entry[0] |= 1;
    entry[2] = (byte) (bottom ? entry[2] | 1 : entry[2] & 0xfe);
    return entry;
  }

  private byte[] session(int nesting) {
    byte[] payload =
        switch (random.nextInt(4)) {
          case 0 -> Packets.join(u16(0x0021), ipv4(nesting));
          case 1 -> Packets.join(u16(0x0057), ipv6(nesting));
          case 2 -> Packets.join(u16(0x0281), mpls(nesting));
          default -> Packets.join(u16(0xc021), Packets.hex("09010008"), bytes(4));
        };
    return Packets.join(Packets.hex("1100"), bytes(2), u16(payload.length), payload);
  }

  private byte[] discovery() {
    int[] codes = {0x09, 0x07, 0x19, 0x65, 0xa7};
    byte[] name = bytes(random.nextInt(20));
    byte[] tags = Packets.join(u16(0x0103), u16(name.length), name);
    return Packets.join(
        u8(0x11), u8(codes[random.nextInt(codes.length)]), bytes(2), u16(tags.length), tags);
  }

  private byte[] ipv4(int nesting) {
    int protocol = protocol(nesting);
    byte[] options = new byte[4 * random.nextInt(11)];
    Arrays.fill(options, (byte) 1);
    boolean laterFragment = random.nextInt(8) == 0;
    int flags = random.nextInt(8);
    int fragment = flags << 13 | (laterFragment ? 1 + random.nextInt(0x1ffe) : 0);
    byte[] payload = transport(protocol, nesting);
    if (nesting < QUOTED && random.nextInt(8) == 0) {
      payload = ah(protocol, payload);
      protocol = IpProtocol.AUTHENTICATION;
    }
    int length = 20 + options.length + payload.length;
    return Packets.join(
        u8(0x40 | (5 + options.length / 4)),
        bytes(1),
        u16(length),
        bytes(2),
        u16(fragment),
        bytes(1),
        u8(protocol),
        bytes(2),
        u8(10),
        bytes(3),
        u8(192),
        bytes(3),
        options,
        payload);
  }

  private byte[] ipv6(int nesting) {
    int protocol = protocol(nesting);
    if (protocol == IpProtocol.ICMP) {
      protocol = IpProtocol.ICMPV6;
    }
    byte[] payload = transport(protocol, nesting);
    int next = protocol;
    for (int i = random.nextInt(3); i > 0; i--) {
      switch (random.nextInt(nesting < QUOTED ? 4 : 3)) {
        case 3 -> {
          payload = ah(next, payload);
          next = IpProtocol.AUTHENTICATION;
        }
        case 0 -> {
          payload = Packets.join(u8(next), Packets.hex("01 010c"), new byte[12], payload);
          next = IpProtocol.DESTINATION_OPTIONS;
        }
        case 1 -> {
          payload = Packets.join(u8(next), u8(0), u16(random.nextInt(2)), bytes(4), payload);
          next = IpProtocol.FRAGMENT;
        }
        default -> {
          payload = Packets.join(u8(next), Packets.hex("00 0104 00000000"), payload);
          next = IpProtocol.DESTINATION_OPTIONS;
        }
      }
    }
    if (random.nextInt(4) == 0) {
      payload = Packets.join(u8(next), Packets.hex("00 0104 00000000"), payload);
      next = IpProtocol.HOP_BY_HOP;
    }
    return Packets.join(
        u8(0x60 | random.nextInt(16)),
        bytes(3),
        u16(payload.length),
        u8(next),
        bytes(1),
        Packets.hex("20010db8"),
        bytes(12),
        Packets.hex("fd00"),
        bytes(14),
        payload);
  }

  private byte[] ah(int next, byte[] payload) {
    int words = random.nextInt(6);
    return Packets.join(u8(next), u8(1 + words), new byte[2], bytes(8), bytes(4 * words), payload);
  }

  private int protocol(int nesting) {
    int[] leaves = {
      IpProtocol.TCP,
      IpProtocol.TCP,
      IpProtocol.UDP,
      IpProtocol.UDP,
      IpProtocol.ICMP,
      // tshark shows only a part of authentication headers and of SCTP in a quoted packet.
      nesting < QUOTED ? IpProtocol.SCTP : IpProtocol.UDP
    };
    int[] tunnels = {IpProtocol.IPV4, IpProtocol.IPV6, IpProtocol.GRE, IpProtocol.MPLS};
    boolean tunnel = nesting < MAX_NESTING && random.nextInt(4) == 0;
    return tunnel ? tunnels[random.nextInt(tunnels.length)] : leaves[random.nextInt(leaves.length)];
  }

  private byte[] transport(int protocol, int nesting) {
    return switch (protocol) {
      case IpProtocol.TCP -> tcp();
      case IpProtocol.UDP -> udp(nesting);
      case IpProtocol.SCTP -> Packets.join(ports(), bytes(8));
      case IpProtocol.ICMP -> icmp4(nesting);
      case IpProtocol.ICMPV6 -> icmp6(nesting);
      case IpProtocol.IPV4 -> ipv4(nesting + 1);
      case IpProtocol.IPV6 -> ipv6(nesting + 1);
      case IpProtocol.GRE -> gre(nesting + 1);
      case IpProtocol.MPLS -> mpls(nesting + 1);
      default -> throw new AssertionError(protocol);
    };
  }

  private byte[] tcp() {
    int words = random.nextInt(11);
    byte[] options = new byte[4 * words];
    Arrays.fill(options, (byte) 1);
    return Packets.join(
        ports(), bytes(8), u8((5 + words) << 4), bytes(7), options, bytes(random.nextInt(20)));
  }

  private byte[] udp(int nesting) {
    if (nesting < MAX_NESTING && random.nextInt(4) == 0) {
      return switch (random.nextInt(5)) {
        case 4 -> udp(6635, mpls(nesting + 1));
        case 0 -> udp(4789, vxlan(nesting + 1));
        case 1 -> udp(8472, vxlan(nesting + 1));
        case 2 -> udp(6081, Packets.join(geneve(0x6558), frame(nesting + 1)));
        default -> udp(6081, Packets.join(geneve(0x0800), ipv4(nesting + 1)));
      };
    }
    return udp(plainPort(), bytes(random.nextInt(20)));
  }

  private byte[] udp(int port, byte[] payload) {
    return Packets.join(u16(plainPort()), u16(port), u16(8 + payload.length), bytes(2), payload);
  }

  private byte[] vxlan(int nesting) {
    return Packets.join(Packets.hex("08000000"), bytes(3), new byte[1], frame(nesting));
  }

  private byte[] geneve(int protocol) {
    return Packets.join(u8(0), u8(random.nextInt(2) << 6), u16(protocol), bytes(3), new byte[1]);
  }

  private byte[] gre(int nesting) {
    boolean checksum = random.nextBoolean();
    boolean key = random.nextBoolean();
    int protocol =
        new int[] {0x0800, 0x86dd, 0x6558, 0x8847, Erspan.TYPE_II, Erspan.TYPE_III}
            [random.nextInt(6)];
    boolean isErspan = protocol == Erspan.TYPE_II || protocol == Erspan.TYPE_III;
    boolean sequence = isErspan || random.nextBoolean();
    byte[] inside =
        switch (protocol) {
          case 0x0800 -> ipv4(nesting);
          case 0x86dd -> ipv6(nesting);
          case 0x8847 -> mpls(nesting);
          case Erspan.TYPE_II -> Packets.join(u8(0x10), bytes(3), bytes(4), frame(nesting));
          case Erspan.TYPE_III -> erspan3(nesting);
          default -> frame(nesting);
        };
    return Packets.join(
        u16((checksum ? 0x8000 : 0) | (key ? 0x2000 : 0) | (sequence ? 0x1000 : 0)),
        u16(protocol),
        checksum ? Packets.join(bytes(2), new byte[2]) : new byte[0],
        key ? bytes(4) : new byte[0],
        sequence ? bytes(4) : new byte[0],
        inside);
  }

  // An Ethernet frame: tshark decodes no other mirrored packets.
  private byte[] erspan3(int nesting) {
    boolean platform = random.nextBoolean();
    int last = (random.nextInt(0x10000) & 0x83fe) | (platform ? 1 : 0);
    return Packets.join(
        u8(0x20),
        bytes(3),
        bytes(6),
        u16(last),
        platform ? new byte[8] : new byte[0],
        frame(nesting));
  }

  private byte[] icmp4(int nesting) {
    if (nesting < MAX_NESTING && random.nextBoolean()) {
      int[] types = {3, 4, 5, 11, 12};
      int type = types[random.nextInt(types.length)];
      // The length byte of RFC 4884 is 0.
      byte[] own = Packets.join(bytes(1), new byte[1], bytes(2));
      return Packets.join(u8(type), u8(random.nextInt(5)), bytes(2), own, quoted4(type));
    }
    return query(new int[] {0, 8, 13}, new int[] {8, 8, 20});
  }

  // Whole, or the minimum of RFC 792. tshark shows no more of what a redirect quotes.
  private byte[] quoted4(int type) {
    if (type != 5 && random.nextBoolean()) {
      return ipv4(QUOTED);
    }
    int protocol = random.nextBoolean() ? IpProtocol.TCP : IpProtocol.UDP;
    return Arrays.copyOf(Packets.ipv4(protocol, Packets.join(ports(), bytes(40))), 28);
  }

  private byte[] icmp6(int nesting) {
    if (nesting < MAX_NESTING && random.nextBoolean()) {
      byte[] own = Packets.join(new byte[1], bytes(3));
      return Packets.join(
          u8(1 + random.nextInt(4)), u8(random.nextInt(5)), bytes(2), own, ipv6(QUOTED));
    }
    return query(new int[] {128, 129}, new int[] {8, 8});
  }

  private byte[] query(int[] types, int[] lengths) {
    int which = random.nextInt(types.length);
    return Packets.join(u8(types[which]), bytes(lengths[which] - 1));
  }

  private byte[] ports() {
    return Packets.join(u16(plainPort()), u16(plainPort()));
  }

  private int plainPort() {
    return PLAIN_PORTS[random.nextInt(PLAIN_PORTS.length)];
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] u8(int value) {
    return new byte[] {(byte) value};
  }

  private static byte[] u16(int value) {
    return HexFormat.of().parseHex(HexFormat.of().toHexDigits((short) value));
  }
}
