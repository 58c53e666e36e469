package io.dropwatch.pcapfilter.internal.interpret;

import io.dropwatch.pcapfilter.internal.predicate.MetadataField;

/**
 * What a predicate can ask a packet.
 *
 * @param bytes captured bytes; the window, after {@code macLength} bytes of MAC header
 * @param macLength 14 or 0; other than 0 only in the probe's view
 * @param wireLength bytes on the wire from the first byte of the window
 * @param metadata values by {@link MetadataField#ordinal()}
 */
public record PacketView(byte[] bytes, int macLength, int wireLength, int[] metadata) {

  /** A packet that is nothing but its bytes. */
  public static PacketView of(byte[] packet, int wireLength) {
    return new PacketView(packet, 0, wireLength, new int[MetadataField.values().length]);
  }
}
