package io.dropwatch.pcapfilter.packet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The packets that every differential test runs over: each field's edges, every packet cut at every
 * length, and random damage from a fixed seed.
 */
public final class PacketCorpus {
  /** Every packet is cut at every length up to this one, in bytes. */
  private static final int MAX_CUT = 200;

  private static final int[] DAMAGE = {
    0x00, 0x01, 0x02, 0x05, 0x06, 0x08, 0x0f, 0x11, 0x29, 0x2c, 0x33, 0x3a, 0x40, 0x45, 0x46, 0x4f,
    0x60, 0x6f, 0x7f, 0x80, 0x81, 0x84, 0x86, 0x88, 0xa8, 0xdd, 0xfe, 0xff
  };

  private PacketCorpus() {}

  /** Whole Ethernet frames. */
  public static List<SamplePacket> ethernet() {
    List<SamplePacket> packets = new ArrayList<>();
    EthernetSamples.addTo(packets);
    InternetSamples.addTo(packets, PacketBuilder::ethernet, "");
    packets.add(whole("empty", new byte[0]));
    packets.add(whole("64 zeros", new byte[64]));
    packets.add(whole("64 ones", ones(64)));
    return packets;
  }

  /** Whole packets that start at the IPv4 or IPv6 header. */
  public static List<SamplePacket> rawIp() {
    List<SamplePacket> packets = new ArrayList<>();
    InternetSamples.addTo(packets, PacketBuilder::raw, "raw ");
    packets.add(whole("raw empty", new byte[0]));
    packets.add(whole("raw 64 zeros", new byte[64]));
    packets.add(whole("raw 64 ones", ones(64)));
    return packets;
  }

  /** The packets, and each of them cut at every length from 0 to 200 bytes. */
  public static List<SamplePacket> withTruncations(List<SamplePacket> packets) {
    List<SamplePacket> all = new ArrayList<>(packets);
    for (SamplePacket packet : packets) {
      for (int cut = 0; cut < packet.bytes().length && cut <= MAX_CUT; cut++) {
        all.add(packet.truncated(cut));
      }
    }
    return all;
  }

  /** Packets with up to four damaged bytes each, some of them cut. */
  public static List<SamplePacket> damaged(List<SamplePacket> packets, int count, long seed) {
    Random random = new Random(seed);
    List<SamplePacket> all = new ArrayList<>();
    while (all.size() < count) {
      SamplePacket packet = packets.get(random.nextInt(packets.size()));
      byte[] bytes = packet.bytes().clone();
      if (bytes.length == 0) {
        continue;
      }
      for (int damages = 1 + random.nextInt(4); damages > 0; damages--) {
        int where = random.nextInt(Math.min(bytes.length, 64));
        bytes[where] =
            (byte)
                (random.nextBoolean()
                    ? DAMAGE[random.nextInt(DAMAGE.length)]
                    : random.nextInt(256));
      }
      int captured = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      all.add(
          new SamplePacket(
              packet.name() + ", damage " + all.size() + " of seed " + seed,
              Arrays.copyOf(bytes, captured),
              packet.wireLength()));
    }
    return all;
  }

  static SamplePacket whole(String name, byte[] bytes) {
    return new SamplePacket(name, bytes, bytes.length);
  }

  private static byte[] ones(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0xff);
    return bytes;
  }
}
