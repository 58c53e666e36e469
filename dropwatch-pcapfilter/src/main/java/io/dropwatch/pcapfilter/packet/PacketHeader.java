package io.dropwatch.pcapfilter.packet;

import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A header of a packet that is being built.
 *
 * @param bytes the header, without the fields that depend on other headers
 * @param etherType the EtherType that a header before it has for it; {@link #NONE} or {@link
 *     #LENGTH} if there is none
 * @param protocol the protocol number that an IP header before it has for it; {@link #NONE}: none
 * @param completion fills in the fields that depend on other headers
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, never out of this package.
record PacketHeader(byte[] bytes, int etherType, int protocol, Completion completion) {
  static final int NONE = -1;

  /** The field before this header has the length of the frame (IEEE 802.3) instead of a type. */
  static final int LENGTH = -2;

  /** Fills in the fields of a header that depend on other headers. */
  @FunctionalInterface
  interface Completion {
    void complete(Context around);
  }

  /**
   * A header in its packet.
   *
   * @param packet the whole packet; the headers after this one are complete
   * @param start where this header starts, in bytes
   * @param layers all headers
   * @param index which of them this is
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared, never out of this package.
  record Context(byte[] packet, int start, List<PacketHeader> layers, int index) {
    /** Returns the header after this one; null: none. */
    @Nullable PacketHeader next() {
      return index + 1 < layers.size() ? layers.get(index + 1) : null;
    }

    /** Returns the number of bytes from the start of this header to the end of the packet. */
    int length() {
      return packet.length - start;
    }

    void put8(int offset, int value) {
      packet[start + offset] = (byte) value;
    }

    void put16(int offset, int value) {
      put8(offset, value >>> 8);
      put8(offset + 1, value);
    }

    /** Writes the EtherType of the next header, or the length that follows, at {@code offset}. */
    void putNextEtherType(int offset, int lengthBefore) {
      PacketHeader next = next();
      if (next != null && next.etherType >= 0) {
        put16(offset, next.etherType);
      } else if (next != null && next.etherType == LENGTH) {
        put16(offset, length() - lengthBefore);
      }
    }

    /** Writes the IP protocol number of the next header. */
    void putNextProtocol(int offset) {
      PacketHeader next = next();
      if (next != null && next.protocol >= 0) {
        put8(offset, next.protocol);
      }
    }

    /** Writes the Internet checksum (RFC 1071) of {@code length} bytes from this header on. */
    void putChecksum(int offset, int length) {
      put16(offset, checksum(length, 0));
    }

    private int checksum(int length, int pseudoHeader) {
      int sum = sum(start, length) + pseudoHeader;
      while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >>> 16);
      }
      return ~sum & 0xffff;
    }

    /** Returns the sum of big-endian 16-bit words. */
    private int sum(int from, int length) {
      int sum = 0;
      for (int i = 0; i < length; i++) {
        sum += (packet[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
      }
      return sum;
    }

    /** Writes SCTP's CRC32c over this header and all after it, low byte first (RFC 9260, 6.8). */
    void putCrc32c(int offset) {
      CRC32C crc = new CRC32C();
      crc.update(packet, start, length());
      long value = crc.getValue();
      for (int i = 0; i < 4; i++) {
        put8(offset + i, (int) (value >>> (8 * i)));
      }
    }

    /** The same with the pseudo header of the nearest IP header before this one. */
    void putTransportChecksum(int offset, int protocol) {
      int at = start;
      for (int outer = index - 1; outer >= 0; outer--) {
        at -= layers.get(outer).bytes.length;
        int addresses =
            switch (layers.get(outer).etherType) {
              case EtherTypes.IP -> sum(at + 12, 8);
              case EtherTypes.IP6 -> sum(at + 8, 32);
              default -> NONE;
            };
        if (addresses != NONE) {
          put16(offset, checksum(length(), addresses + protocol + length()));
          return;
        }
      }
    }
  }
}
