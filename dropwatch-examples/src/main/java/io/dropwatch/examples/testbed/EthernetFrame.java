package io.dropwatch.examples.testbed;

import io.dropwatch.layers.FiveTuple;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * An Ethernet frame with UDP or a TCP SYN over IPv4 or IPv6, valid unless a fault is asked for.
 * Formats: RFC 791, 8200, 768, 9293; checksums: RFC 1071.
 */
public record EthernetFrame(
    FiveTuple flow, int timeToLive, int missingBytes, boolean wrongChecksum) {
  private static final int TCP = 6;
  private static final int ETHERNET_BYTES = 14;
  private static final int PAYLOAD_BYTES = 32;

  /** Returns a valid frame. */
  public static EthernetFrame of(FiveTuple flow) {
    return new EthernetFrame(flow, 64, 0, false);
  }

  /** Returns this frame with another IPv4 TTL or IPv6 hop limit. */
  public EthernetFrame timeToLive(int hops) {
    return new EthernetFrame(flow, hops, missingBytes, wrongChecksum);
  }

  /** Returns this frame with a wrong UDP or TCP checksum. */
  public EthernetFrame withWrongChecksum() {
    return new EthernetFrame(flow, timeToLive, missingBytes, true);
  }

  /** Returns this frame with an IP length of {@code bytes} more than the frame holds. */
  public EthernetFrame withMissingBytes(int bytes) {
    return new EthernetFrame(flow, timeToLive, bytes, wrongChecksum);
  }

  /** Returns the bytes of the frame without FCS; MAC addresses are in colon notation. */
  public byte[] bytes(String sourceMac, String destinationMac) {
    int transportBytes = flow.protocol() == TCP ? 20 : 8 + PAYLOAD_BYTES;
    int ipBytes = flow.sourceAddress().isIpv6() ? 40 : 20;
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET_BYTES + ipBytes + transportBytes);
    frame.put(mac(destinationMac)).put(mac(sourceMac));
    frame.putShort((short) (flow.sourceAddress().isIpv6() ? 0x86dd : 0x0800));
    if (flow.sourceAddress().isIpv6()) {
      putIpv6(frame, transportBytes);
    } else {
      putIpv4(frame, transportBytes);
    }
    putTransport(frame, transportBytes);
    return frame.array();
  }

  private void putIpv4(ByteBuffer frame, int transportBytes) {
    int start = frame.position();
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (20 + transportBytes + missingBytes));
    frame.putShort((short) 1).putShort((short) 0);
    frame.put((byte) timeToLive).put((byte) flow.protocol()).putShort((short) 0);
    putAddresses(frame);
    frame.putShort(start + 10, (short) ~sum(frame, start, start + 20));
  }

  private void putIpv6(ByteBuffer frame, int transportBytes) {
    frame.putInt(6 << 28).putShort((short) (transportBytes + missingBytes));
    frame.put((byte) flow.protocol()).put((byte) timeToLive);
    putAddresses(frame);
  }

  private void putTransport(ByteBuffer frame, int transportBytes) {
    int start = frame.position();
    frame.putShort((short) flow.sourcePort()).putShort((short) flow.destinationPort());
    int checksumAt;
    if (flow.protocol() == TCP) {
      // seq, ack, data offset 5 words, flags SYN, window
      frame.putInt(1).putInt(0).put((byte) 0x50).put((byte) 2).putShort((short) 1000);
      checksumAt = start + 16;
    } else {
      frame.putShort((short) transportBytes);
      checksumAt = start + 6;
    }
    // In both versions the addresses of the pseudo header precede the transport header.
    int addresses = flow.sourceAddress().isIpv6() ? 32 : 8;
    int sum = sum(frame, start - addresses, start + transportBytes);
    int checksum = ~folded(sum + flow.protocol() + transportBytes) & 0xffff;
    // In UDP, 0 means no checksum, so a computed 0 is sent as 0xffff (RFC 768).
    checksum = checksum == 0 ? 0xffff : checksum;
    frame.putShort(checksumAt, (short) (wrongChecksum ? checksum ^ 0x5555 : checksum));
  }

  private void putAddresses(ByteBuffer frame) {
    frame.put(flow.sourceAddress().bytes());
    frame.put(flow.destinationAddress().bytes());
  }

  private static int sum(ByteBuffer bytes, int from, int to) {
    int sum = 0;
    for (int at = from; at < to; at += 2) {
      sum += bytes.getShort(at) & 0xffff;
    }
    return folded(sum);
  }

  private static int folded(int sum) {
    int once = (sum & 0xffff) + (sum >>> 16);
    return (once & 0xffff) + (once >>> 16);
  }

  private static byte[] mac(String colons) {
    return HexFormat.ofDelimiter(":").parseHex(colons);
  }
}
