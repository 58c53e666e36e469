package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.Arguments;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A packet as the probe sees it in the kernel: bytes, and metadata of its {@code struct sk_buff}.
 *
 * <pre>{@code
 * SkbPacket packet =
 *     SkbPacket.builder().packet(LinkType.ETHERNET, frame, frame.length).ifindex(2).build();
 * }</pre>
 *
 * <p>The outermost VLAN tag is metadata, never in the bytes of an Ethernet frame: the kernel or the
 * network card takes it out, and where they do not, the probe does. Immutable.
 */
public final class SkbPacket {
  private static final int MAC_HEADER = 14;
  private static final int MAC_ADDRESSES = 12;
  private static final int VLAN_TAG = 4;

  /** The smallest EtherType; smaller numbers are 802.3 lengths. */
  private static final int ETHERTYPE_MIN = 0x600;

  /** Shared with the evaluator, which does not write to it. */
  final byte[] bytes;

  private final int macLength;
  private final int networkLength;
  private final int protocol;
  private final int vlanProtocol;
  private final int vlanTci;
  private final int packetType;
  private final int ifindex;

  private SkbPacket(Builder from) {
    byte[] packet = from.packet;
    boolean ethernet = from.linkType == LinkType.ETHERNET;
    this.packetType = from.packetType;
    this.ifindex = from.ifindex;
    if (ethernet && packet.length < MAC_HEADER) {
      this.bytes = new byte[0];
      this.macLength = 0;
      this.networkLength = Math.max(from.wireLength - MAC_HEADER, 0);
      this.protocol = Math.max(from.protocol, 0);
      this.vlanProtocol = Math.max(from.vlanProtocol, 0);
      this.vlanTci = from.vlanTci;
      return;
    }
    this.macLength = ethernet ? MAC_HEADER : 0;
    int type = ethernet ? u16(packet, MAC_ADDRESSES) : 0;
    if (from.vlanProtocol < 0
        && EtherTypes.isVlan(type)
        && packet.length >= MAC_HEADER + VLAN_TAG) {
      this.bytes = withoutTag(packet);
      this.networkLength = from.wireLength - MAC_HEADER - VLAN_TAG;
      this.protocol = u16(packet, MAC_ADDRESSES + VLAN_TAG);
      this.vlanProtocol = type;
      this.vlanTci = u16(packet, MAC_HEADER);
      return;
    }
    this.bytes = packet.clone();
    this.networkLength = from.wireLength - macLength;
    this.vlanProtocol = Math.max(from.vlanProtocol, 0);
    this.vlanTci = from.vlanTci;
    if (from.protocol >= 0) {
      this.protocol = from.protocol;
    } else if (ethernet) {
      this.protocol = type >= ETHERTYPE_MIN ? type : 0;
    } else {
      this.protocol = ipEtherType(packet);
    }
  }

  /** Returns a builder of a packet without bytes. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts with the values of this packet. */
  public Builder toBuilder() {
    return builder()
        .packet(macLength == 0 ? LinkType.RAW_IP : LinkType.ETHERNET, bytes, wireLength())
        .protocol(protocol)
        .vlan(vlanProtocol, vlanTci)
        .packetType(packetType)
        .ifindex(ifindex);
  }

  /**
   * Returns an Ethernet frame with a VLAN tag after its addresses: the inverse of what {@link
   * Builder#build} does to a tagged frame.
   *
   * @param frame 14 bytes or more, without that tag; not changed
   * @param tpid see {@link Builder#vlan}
   * @param tci see {@link Builder#vlan}
   * @throws IllegalArgumentException if the frame is shorter, or a number is not 0 to 65535
   */
  public static byte[] withTag(byte[] frame, int tpid, int tci) {
    Arguments.between("frame.length", MAC_HEADER, Integer.MAX_VALUE - VLAN_TAG, frame.length);
    byte[] tagged = new byte[frame.length + VLAN_TAG];
    System.arraycopy(frame, 0, tagged, 0, MAC_ADDRESSES);
    ByteBuffer.wrap(tagged)
        .position(MAC_ADDRESSES)
        .putShort((short) Arguments.between("tpid", 0, 0xffff, tpid))
        .putShort((short) Arguments.between("tci", 0, 0xffff, tci))
        .put(frame, MAC_ADDRESSES, frame.length - MAC_ADDRESSES);
    return tagged;
  }

  /**
   * Returns a copy of the captured bytes: {@link #macLength} bytes of MAC header, then those from
   * the network header on.
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Returns the length of the MAC header in bytes: 14, or 0 when the kernel has none. */
  public int macLength() {
    return macLength;
  }

  /** Returns the length of the packet on the wire, in bytes from the first of {@link #bytes} on. */
  public int wireLength() {
    return macLength + networkLength;
  }

  /** Returns the length of the packet on the wire, in bytes from the network header on. */
  int networkLength() {
    return networkLength;
  }

  /**
   * Returns {@code skb->protocol}, the EtherType of the network header, in host byte order; 0 when
   * unknown.
   */
  public int protocol() {
    return protocol;
  }

  /** Returns the TPID of the VLAN tag, such as 0x8100, in host byte order; 0 without a tag. */
  public int vlanProtocol() {
    return vlanProtocol;
  }

  /** Returns the tag control information of the VLAN tag: priority, DEI and id; 0 without a tag. */
  public int vlanTci() {
    return vlanTci;
  }

  /**
   * Returns {@code skb->pkt_type}: PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3, OUTGOING 4
   * of linux/if_packet.h.
   */
  public int packetType() {
    return packetType;
  }

  /** Returns the index of the packet's device; 0 when there is none. */
  public int ifindex() {
    return ifindex;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SkbPacket packet
        && Arrays.equals(bytes, packet.bytes)
        && Arrays.equals(metadata(), packet.metadata());
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bytes) + Arrays.hashCode(metadata());
  }

  private int[] metadata() {
    return new int[] {
      macLength, networkLength, protocol, vlanProtocol, vlanTci, packetType, ifindex
    };
  }

  /** Returns the metadata, and the bytes in hexadecimal. */
  @Override
  public String toString() {
    return "macLength=%d wireLength=%s protocol=0x%04x vlan=0x%04x/0x%04x packetType=%d ifindex=%d bytes=%s"
        .formatted(
            macLength,
            Integer.toUnsignedString(wireLength()),
            protocol,
            vlanProtocol,
            vlanTci,
            packetType,
            ifindex,
            HexFormat.of().formatHex(bytes));
  }

  private static byte[] withoutTag(byte[] frame) {
    byte[] untagged = new byte[frame.length - VLAN_TAG];
    System.arraycopy(frame, 0, untagged, 0, MAC_ADDRESSES);
    System.arraycopy(
        frame, MAC_ADDRESSES + VLAN_TAG, untagged, MAC_ADDRESSES, untagged.length - MAC_ADDRESSES);
    return untagged;
  }

  private static int ipEtherType(byte[] packet) {
    return switch (packet.length == 0 ? 0 : (packet[0] & 0xf0) >>> 4) {
      case 4 -> EtherTypes.IP;
      case 6 -> EtherTypes.IP6;
      default -> 0;
    };
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }

  /** Builds a {@link SkbPacket}. Not thread-safe. */
  public static final class Builder {
    private static final int UNSET = -1;

    private LinkType linkType = LinkType.RAW_IP;
    private byte[] packet = new byte[0];
    private int wireLength;
    private int protocol = UNSET;
    private int vlanProtocol = UNSET;
    private int vlanTci;
    private int packetType;
    private int ifindex;

    private Builder() {}

    /**
     * Sets the bytes, as {@link PcapFilter#matches} takes them.
     *
     * @param linkType what the first byte belongs to; an Ethernet header becomes the MAC header
     * @param captured the captured bytes; {@link #build} copies them. Of an Ethernet frame shorter
     *     than its header nothing is kept
     * @param wireLength length of the packet on the wire in bytes, as an unsigned number
     */
    public Builder packet(LinkType linkType, byte[] captured, int wireLength) {
      this.linkType = Objects.requireNonNull(linkType, "linkType");
      this.packet = Objects.requireNonNull(captured, "captured");
      this.wireLength = wireLength;
      return this;
    }

    /**
     * Sets {@code skb->protocol}, in host byte order; 0 when unknown. By default it is the
     * EtherType of the frame, 0 for an 802.3 length, or the EtherType of the IP version. For a tag
     * that {@link #build} takes out of the frame it is always the EtherType after the tag.
     *
     * @throws IllegalArgumentException if it is not 0 to 65535
     */
    public Builder protocol(int protocol) {
      this.protocol = Arguments.between("protocol", 0, 0xffff, protocol);
      return this;
    }

    /**
     * Sets the VLAN tag that the kernel or the network card took out; {@link #build} then leaves
     * the bytes as they are. Without this call it takes the outermost tag out of an Ethernet frame.
     *
     * @param tpid {@code skb->vlan_proto} in host byte order, such as 0x8100; 0: no tag
     * @param tci {@code skb->vlan_tci}: priority, DEI and id
     * @throws IllegalArgumentException if one is not 0 to 65535
     */
    public Builder vlan(int tpid, int tci) {
      this.vlanProtocol = Arguments.between("tpid", 0, 0xffff, tpid);
      this.vlanTci = Arguments.between("tci", 0, 0xffff, tci);
      return this;
    }

    /**
     * Sets {@code skb->pkt_type}; PACKET_HOST, 0, by default.
     *
     * @throws IllegalArgumentException if it is not 0 to 7
     */
    public Builder packetType(int packetType) {
      this.packetType = Arguments.between("packetType", 0, 7, packetType);
      return this;
    }

    /** Sets the index of the device; 0, by default: none. */
    public Builder ifindex(int ifindex) {
      this.ifindex = ifindex;
      return this;
    }

    /** Returns the packet. */
    public SkbPacket build() {
      return new SkbPacket(this);
    }
  }
}
