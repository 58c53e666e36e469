package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.Explanation;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** One expression, compiled for each link type that a packet comes with. */
final class FilterRun {
  private static final int ETHERNET_HEADER = 14;
  private static final int ETHERNET_ADDRESSES = 12;
  private static final int VLAN_TAG = 4;
  private static final Set<Integer> VLAN_TYPES = Set.of(0x8100, 0x88a8, 0x9100);

  private final CommandSpec command;
  private final ExpressionInput text;
  private final Map<LinkType, PcapFilter> filters = new EnumMap<>(LinkType.class);

  FilterRun(CommandSpec command, ExpressionInput text) {
    this.command = command;
    this.text = text;
  }

  boolean matches(CapturedPacket packet) throws IOException {
    PcapFilter filter = filter(packet);
    return filter.linkType() == LinkType.SKB
        ? filter.matches(skb(packet))
        : filter.matches(packet.bytes(), packet.wireLength());
  }

  Explanation explain(CapturedPacket packet) throws IOException {
    PcapFilter filter = filter(packet);
    return filter.linkType() == LinkType.SKB
        ? filter.explain(skb(packet))
        : filter.explain(packet.bytes(), packet.wireLength());
  }

  private PcapFilter filter(CapturedPacket packet) throws IOException {
    LinkType link = Objects.requireNonNullElse(text.link(), packet.linkType());
    PcapFilter filter = filters.get(link);
    if (filter == null) {
      filter = text.compile(command, link);
      filters.put(link, filter);
    }
    return filter;
  }

  /**
   * As the probe would see it, were it received now: without a device, and with the outermost VLAN
   * tag taken out of the bytes, which the probe does where the kernel has not.
   */
  private static SkbPacket skb(CapturedPacket packet) {
    byte[] bytes = packet.bytes();
    if (packet.linkType() != LinkType.ETHERNET || bytes.length < ETHERNET_HEADER) {
      return new SkbPacket(bytes, 0, packet.wireLength(), ipProtocol(bytes), 0, 0, 0, 0);
    }
    int type = number(bytes, ETHERNET_ADDRESSES);
    int wire = packet.wireLength() - ETHERNET_HEADER;
    if (!VLAN_TYPES.contains(type) || bytes.length < ETHERNET_HEADER + VLAN_TAG) {
      return new SkbPacket(bytes, ETHERNET_HEADER, wire, type, 0, 0, 0, 0);
    }
    byte[] untagged = new byte[bytes.length - VLAN_TAG];
    System.arraycopy(bytes, 0, untagged, 0, ETHERNET_ADDRESSES);
    System.arraycopy(
        bytes,
        ETHERNET_ADDRESSES + VLAN_TAG,
        untagged,
        ETHERNET_ADDRESSES,
        untagged.length - ETHERNET_ADDRESSES);
    int tci = number(bytes, ETHERNET_HEADER);
    int inner = number(bytes, ETHERNET_HEADER + 2);
    return new SkbPacket(untagged, ETHERNET_HEADER, wire - VLAN_TAG, inner, tci, type, 0, 0);
  }

  private static int ipProtocol(byte[] bytes) {
    return switch (bytes.length == 0 ? 0 : (bytes[0] & 0xf0) >>> 4) {
      case 4 -> 0x0800;
      case 6 -> 0x86dd;
      default -> 0;
    };
  }

  private static int number(byte[] bytes, int offset) {
    return (bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff);
  }
}
