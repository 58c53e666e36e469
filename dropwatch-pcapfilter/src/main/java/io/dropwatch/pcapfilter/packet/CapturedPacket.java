package io.dropwatch.pcapfilter.packet;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbPacket;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A packet of a capture file. Immutable. */
public final class CapturedPacket {
  private final long number;
  private final @Nullable Instant time;
  private final LinkType linkType;
  private final byte[] bytes;
  private final int wireLength;
  private final int interfaceNumber;
  private final CookedHeader cooked;

  /** Keeps the array. */
  CapturedPacket(
      long number,
      @Nullable Instant time,
      LinkType linkType,
      byte[] bytes,
      int wireLength,
      int interfaceNumber,
      CookedHeader cooked) {
    this.number = number;
    this.time = time;
    this.linkType = linkType;
    this.bytes = bytes;
    this.wireLength = wireLength;
    this.interfaceNumber = interfaceNumber;
    this.cooked = cooked;
  }

  /**
   * Returns a packet as it was captured.
   *
   * @param link LINKTYPE_ number
   * @return null for a link type that is not supported
   */
  static @Nullable CapturedPacket captured(
      long number, @Nullable Instant time, int link, byte[] bytes, int wire, int interfaceNumber) {
    LinkType type = CaptureReader.linkType(link);
    if (type != null) {
      return new CapturedPacket(
          number, time, type, bytes, wire, interfaceNumber, CookedHeader.NONE);
    }
    CookedHeader header = CookedHeader.of(link, bytes);
    if (header == null) {
      return null;
    }
    int length = Math.min(header.length(), bytes.length);
    return new CapturedPacket(
        number,
        time,
        LinkType.RAW_IP,
        Arrays.copyOfRange(bytes, length, bytes.length),
        Math.max(wire - header.length(), 0),
        interfaceNumber,
        header);
  }

  /**
   * Returns a whole packet that is not from a file: number 1, without a time.
   *
   * @param bytes copied
   */
  public static CapturedPacket of(LinkType linkType, byte[] bytes) {
    return new CapturedPacket(
        1,
        null,
        Objects.requireNonNull(linkType, "linkType"),
        bytes.clone(),
        bytes.length,
        0,
        CookedHeader.NONE);
  }

  /** Returns its number in the file, from 1. */
  public long number() {
    return number;
  }

  /** Returns when it was captured; null if the file does not say (Simple Packet Blocks). */
  public @Nullable Instant time() {
    return time;
  }

  /**
   * Returns whether the capture had a pseudo-header in place of the link-layer header: {@code
   * tcpdump -i any} on Linux, or a BSD loopback. The packet then starts at its network header,
   * which need not be IP, and {@link #toSkb} says what the pseudo-header said. MAC addresses are
   * lost.
   */
  public boolean isCooked() {
    return cooked != CookedHeader.NONE;
  }

  /** Returns the EtherType of the first header of a cooked packet; 0 if unknown, or not cooked. */
  public int etherType() {
    return cooked.etherType();
  }

  /**
   * Returns the packet as the probe would see it: received, without a device, unless the packet is
   * cooked and says otherwise.
   */
  public SkbPacket toSkb() {
    SkbPacket.Builder skb =
        SkbPacket.builder()
            .packet(linkType, bytes, wireLength)
            .packetType(cooked.packetType())
            .ifindex(cooked.ifindex());
    return isCooked() ? skb.protocol(cooked.etherType()).build() : skb.build();
  }

  /** Returns what its first byte belongs to; RAW_IP for a cooked packet. */
  public LinkType linkType() {
    return linkType;
  }

  /** Returns a copy of the captured bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Returns the length of the packet on the wire in bytes, as an unsigned number. */
  public int wireLength() {
    return wireLength;
  }

  /** Returns which interface of the section captured it, from 0; 0 for a pcap file. */
  public int interfaceNumber() {
    return interfaceNumber;
  }

  /** Returns number, time, link type and lengths. */
  @Override
  public String toString() {
    return "packet %d at %s, %s, %d of %s bytes"
        .formatted(
            number,
            time == null ? "an unknown time" : time,
            linkType,
            bytes.length,
            Integer.toUnsignedString(wireLength));
  }
}
