package io.dropwatch;

import io.dropwatch.layers.Vlan;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.PacketType;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbPacket;

/** The packet of an event as the probe's filter saw it. */
final class SkbView {
  private SkbView() {}

  static SkbPacket of(DropEvent event, byte[] packet) {
    SkbPacket.Builder skb =
        SkbPacket.builder()
            .packet(event.linkType(), packet, Math.max(event.packetLength(), packet.length));
    // Without a protocol in the event it is that of the MAC header, as for the probe.
    if (event.etherType() != 0 || event.linkType() != LinkType.ETHERNET) {
      skb.protocol(event.etherType());
    }
    Vlan vlan = event.vlan();
    if (vlan != null) {
      skb.vlan(vlan.tpid(), vlan.tci());
    }
    NetworkDevice device = event.device();
    if (device != null) {
      skb.ifindex(device.ifindex());
    }
    PacketType packetType = event.packetType();
    if (packetType != null) {
      skb.packetType(packetType.number());
    }
    return skb.build();
  }
}
