package io.dropwatch.pcapfilter.packet;

import io.dropwatch.pcapfilter.LinkType;
import java.time.Instant;
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

  /** Keeps the array. */
  CapturedPacket(
      long number,
      @Nullable Instant time,
      LinkType linkType,
      byte[] bytes,
      int wireLength,
      int interfaceNumber) {
    this.number = number;
    this.time = time;
    this.linkType = linkType;
    this.bytes = bytes;
    this.wireLength = wireLength;
    this.interfaceNumber = interfaceNumber;
  }

  /**
   * Returns a whole packet that is not from a file: number 1, without a time.
   *
   * @param bytes copied
   */
  public static CapturedPacket of(LinkType linkType, byte[] bytes) {
    return new CapturedPacket(
        1, null, Objects.requireNonNull(linkType, "linkType"), bytes.clone(), bytes.length, 0);
  }

  /** Returns its number in the file, from 1. */
  public long number() {
    return number;
  }

  /** Returns when it was captured; null if the file does not say (Simple Packet Blocks). */
  public @Nullable Instant time() {
    return time;
  }

  /** Returns what its first byte belongs to. */
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
