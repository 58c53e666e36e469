package io.dropwatch.layers;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Well-formed Ethernet frames with every field at random, tunnels included. */
final class RandomPackets {
  private static final int MAX_NESTING = 2;
  // No port that a protocol we do not decode would claim.
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
    // A multicast sender is a source route to the oracle.
    macs[6] &= (byte) 0xfe;
    return Packets.join(macs, typed(nesting));
  }

  private byte[] typed(int nesting) {
    return switch (random.nextInt(10)) {
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

  private byte[] ipv4(int nesting) {
    int protocol = protocol(nesting);
    byte[] options = new byte[4 * random.nextInt(11)];
    Arrays.fill(options, (byte) 1);
    boolean laterFragment = random.nextInt(8) == 0;
    int flags = random.nextInt(8);
    int fragment = flags << 13 | (laterFragment ? 1 + random.nextInt(0x1ffe) : 0);
    byte[] payload = transport(protocol, nesting);
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
      switch (random.nextInt(3)) {
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

  private int protocol(int nesting) {
    int[] leaves = {
      IpProtocol.TCP,
      IpProtocol.TCP,
      IpProtocol.UDP,
      IpProtocol.UDP,
      IpProtocol.ICMP,
      IpProtocol.SCTP
    };
    int[] tunnels = {IpProtocol.IPV4, IpProtocol.IPV6, IpProtocol.GRE};
    boolean tunnel = nesting < MAX_NESTING && random.nextInt(4) == 0;
    return tunnel ? tunnels[random.nextInt(tunnels.length)] : leaves[random.nextInt(leaves.length)];
  }

  private byte[] transport(int protocol, int nesting) {
    return switch (protocol) {
      case IpProtocol.TCP -> tcp();
      case IpProtocol.UDP -> udp(nesting);
      case IpProtocol.SCTP -> Packets.join(ports(), bytes(8));
      case IpProtocol.ICMP -> icmp(new int[] {0, 8, 13, 4}, new int[] {8, 8, 20, 8});
      case IpProtocol.ICMPV6 -> icmp(new int[] {128, 129}, new int[] {8, 8});
      case IpProtocol.IPV4 -> ipv4(nesting + 1);
      case IpProtocol.IPV6 -> ipv6(nesting + 1);
      case IpProtocol.GRE -> gre(nesting + 1);
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
      return switch (random.nextInt(4)) {
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
    boolean sequence = random.nextBoolean();
    int protocol = new int[] {0x0800, 0x86dd, 0x6558}[random.nextInt(3)];
    byte[] inside =
        switch (protocol) {
          case 0x0800 -> ipv4(nesting);
          case 0x86dd -> ipv6(nesting);
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

  private byte[] icmp(int[] types, int[] lengths) {
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
