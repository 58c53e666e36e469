package io.dropwatch.pcapfilter.differential;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.kernel.KernelPacket;
import io.dropwatch.pcapfilter.kernel.KernelPacket.Base;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Packets of the corpus as the kernel keeps them: what of a frame is in the skb, what in bytes. */
final class Skbs {
  private static final int MAC = 14;

  private Skbs() {}

  /** A frame whose MAC header the kernel still has. */
  static SkbPacket untagged(SamplePacket frame) {
    return SkbPacket.builder()
        .packet(LinkType.ETHERNET, frame.bytes(), frame.wireLength())
        .protocol(u16(frame.bytes(), 12))
        .vlan(0, 0)
        .build();
  }

  /**
   * A tagged frame, its outer tag taken out: 14 bytes of MAC header with the type after the tag,
   * then what was after that.
   */
  static SkbPacket stripped(SamplePacket frame) {
    byte[] tagged = frame.bytes();
    byte[] bytes = Arrays.copyOf(tagged, tagged.length - 4);
    System.arraycopy(tagged, 16, bytes, 12, tagged.length - 16);
    return SkbPacket.builder()
        .packet(LinkType.ETHERNET, bytes, frame.wireLength() - 4)
        .protocol(u16(tagged, 16))
        .vlan(u16(tagged, 12), u16(tagged, 14))
        .build();
  }

  /** An IP packet that never had a MAC header, or has lost it. */
  static SkbPacket withoutMac(SamplePacket packet) {
    return SkbPacket.builder()
        .packet(LinkType.RAW_IP, packet.bytes(), packet.wireLength())
        .protocol(ipEtherType(packet))
        .build();
  }

  /**
   * All of the corpus, with metadata that agree with the bytes in most packets, and do not in some.
   */
  static List<SkbPacket> samples(List<SamplePacket> frames, List<SamplePacket> ipPackets) {
    Random random = new Random(7);
    List<SkbPacket> skbs = new ArrayList<>();
    for (SamplePacket frame : frames) {
      if (isTagged(frame)) {
        skbs.add(varied(stripped(frame), random));
      } else if (frame.bytes().length >= MAC) {
        skbs.add(varied(untagged(frame), random));
      }
    }
    ipPackets.forEach(packet -> skbs.add(varied(withoutMac(packet), random)));
    return skbs;
  }

  private static SkbPacket varied(SkbPacket skb, Random random) {
    boolean other = random.nextInt(20) == 0;
    int[] types = {0, 0x0800, 0x86dd, 0x0806, 0x8100};
    return skb.toBuilder()
        .protocol(other ? types[random.nextInt(types.length)] : skb.protocol())
        .packetType(random.nextInt(5))
        .ifindex(random.nextInt(4))
        .build();
  }

  /** The same packet as the filter in the kernel gets it. */
  static KernelPacket inKernel(SkbPacket skb) {
    byte[] bytes = skb.bytes();
    KernelPacket.Builder packet =
        new KernelPacket.Builder(Base.NETWORK)
            .packet(
                Arrays.copyOfRange(bytes, skb.macLength(), bytes.length),
                skb.wireLength() - skb.macLength())
            .protocol(skb.protocol())
            .vlan(skb.vlanProtocol(), skb.vlanTci())
            .packetType(skb.packetType())
            .ifindex(skb.ifindex());
    return skb.macLength() == 0 ? packet.build() : packet.mac(bytes).build();
  }

  /** A frame that the kernel can have seen: a whole MAC header with a type, not a length. */
  static boolean isEthernetTwo(SamplePacket frame) {
    return frame.bytes().length >= MAC && u16(frame.bytes(), 12) >= 0x0600;
  }

  /**
   * A frame with a VLAN tag that the kernel takes out. A second tag is there as a whole: of a tag
   * that was cut the filter for the skb says nothing, whatever its type.
   */
  static boolean isTagged(SamplePacket frame) {
    byte[] bytes = frame.bytes();
    return hasTagType(frame)
        && bytes.length >= 18
        && u16(bytes, 16) >= 0x0600
        && (bytes.length >= 22 || !isTagType(u16(bytes, 16)));
  }

  static boolean hasTagType(SamplePacket frame) {
    return isEthernetTwo(frame) && isTagType(u16(frame.bytes(), 12));
  }

  private static boolean isTagType(int etherType) {
    return etherType == 0x8100 || etherType == 0x88a8 || etherType == 0x9100;
  }

  /** The ethertype of a raw IP packet; 0 when it is no IP packet. */
  static int ipEtherType(SamplePacket packet) {
    int version = packet.bytes().length == 0 ? 0 : packet.bytes()[0] >> 4;
    return version == 4 ? 0x0800 : version == 6 ? 0x86dd : 0;
  }

  private static int u16(byte[] bytes, int offset) {
    return (bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff);
  }
}
