package io.dropwatch.pcapfilter.kernel;

import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A packet as the filter in the kernel gets it: {@code struct packet} of {@code verdicts.bpf.c}.
 * Bytes past 256 from the base are not seen by any filter and not stored.
 */
public final class KernelPacket {
  static final int MAC_LENGTH = 14;
  private static final int WINDOW = 256;
  private static final int MAC_AT = 2;
  private static final int NETWORK_AT = MAC_AT + MAC_LENGTH;
  private static final int BYTES_AT = 32;
  private static final int SIZE = BYTES_AT + NETWORK_AT + WINDOW;

  private final byte[] value;

  private KernelPacket(byte[] value) {
    this.value = value;
  }

  /** Where a filter's base is; offsets in {@code struct packet}'s bytes. */
  public enum Base {
    /** ETHERNET: the MAC header. */
    MAC(MAC_AT),
    /** RAW_IP and SKB: the network header. */
    NETWORK(NETWORK_AT);

    private final int offset;

    Base(int offset) {
      this.offset = offset;
    }

    int offset() {
      return offset;
    }
  }

  /** A packet whose first byte is the filter's base, without any metadata but its length. */
  public static KernelPacket of(SamplePacket packet, Base base) {
    return new Builder(base).packet(packet.bytes(), packet.wireLength()).build();
  }

  /** What is written into the packets map. */
  byte[] value() {
    return value;
  }

  /** What {@code struct filter_meta} says of a packet. */
  public static final class Builder {
    private final ByteBuffer value = ByteBuffer.allocate(SIZE).order(ByteOrder.nativeOrder());
    private final Base base;

    /** Everything zero. */
    public Builder(Base base) {
      this.base = base;
    }

    /** The bytes from the base on, and how many there were on the wire. */
    public Builder packet(byte[] bytes, int wireLength) {
      int captured = Math.min(bytes.length, WINDOW);
      value.putInt(0, wireLength).putInt(24, captured);
      value.put(BYTES_AT + base.offset, bytes, 0, captured);
      return this;
    }

    /** The MAC header before a network base: its bytes, and that it is valid. */
    public Builder mac(byte[] header) {
      value.putInt(4, MAC_LENGTH).put(BYTES_AT + MAC_AT, header, 0, MAC_LENGTH);
      return this;
    }

    /** skb->protocol in host order. */
    public Builder protocol(int etherType) {
      value.putShort(8, (short) etherType);
      return this;
    }

    /** The tag that was stripped into the skb. */
    public Builder vlan(int tpid, int tci) {
      value.putShort(10, (short) tci).putShort(12, (short) tpid);
      return this;
    }

    /** skb->pkt_type: 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing. */
    public Builder packetType(int type) {
      value.put(14, (byte) type);
      return this;
    }

    /** The device's number. */
    public Builder ifindex(int ifindex) {
      value.putInt(16, ifindex);
      return this;
    }

    /** The finished packet. */
    public KernelPacket build() {
      return new KernelPacket(value.array().clone());
    }
  }
}
