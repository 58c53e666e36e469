package io.dropwatch;

import io.dropwatch.layers.Vlan;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.PacketType;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbPacket;

/**
 * The way back from an event to what the probe's filter saw: the outermost VLAN tag beside the
 * bytes, whether the kernel had taken it out or not ({@code strip_tag} in capture.h).
 */
final class SkbView {
  private static final int MAC_HEADER = 14;
  private static final int ADDRESSES = 12;
  private static final int VLAN_TAG = 4;

  /** The first EtherType; below it there is a length. */
  private static final int ETHERTYPE_MIN = 0x600;

  private SkbView() {}

  static SkbPacket of(DropEvent event, byte[] packet) {
    Vlan vlan = event.vlan();
    boolean ethernet = event.linkType() == LinkType.ETHERNET;
    if (ethernet && packet.length < MAC_HEADER) {
      return packet(event, new byte[0], 0, MAC_HEADER, 0, 0);
    }
    int type = ethernet ? u16(packet, ADDRESSES) : 0;
    if (vlan == null && isVlan(type) && packet.length >= MAC_HEADER + VLAN_TAG) {
      int tci = u16(packet, MAC_HEADER);
      return packet(event, withoutTag(packet), MAC_HEADER, VLAN_TAG, tci, type);
    }
    return packet(
        event,
        packet.clone(),
        ethernet ? MAC_HEADER : 0,
        0,
        vlan == null ? 0 : vlan.tci(),
        vlan == null ? 0 : vlan.tpid());
  }

  private static SkbPacket packet(
      DropEvent event, byte[] bytes, int macLength, int tagLength, int vlanTci, int vlanProtocol) {
    NetworkDevice device = event.device();
    PacketType packetType = event.packetType();
    return new SkbPacket(
        bytes,
        macLength,
        Math.max(event.packetLength() - macLength - tagLength, bytes.length - macLength),
        protocol(event, bytes, macLength, tagLength),
        vlanTci,
        vlanProtocol,
        packetType == null ? 0 : packetType.number(),
        device == null ? 0 : device.ifindex());
  }

  private static int protocol(DropEvent event, byte[] bytes, int macLength, int tagLength) {
    if (macLength == 0 || (tagLength == 0 && event.etherType() != 0)) {
      return event.etherType();
    }
    int type = u16(bytes, ADDRESSES);
    return tagLength != 0 || type >= ETHERTYPE_MIN ? type : 0;
  }

  private static byte[] withoutTag(byte[] frame) {
    byte[] bytes = new byte[frame.length - VLAN_TAG];
    System.arraycopy(frame, 0, bytes, 0, ADDRESSES);
    System.arraycopy(frame, ADDRESSES + VLAN_TAG, bytes, ADDRESSES, bytes.length - ADDRESSES);
    return bytes;
  }

  private static boolean isVlan(int type) {
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }
}
