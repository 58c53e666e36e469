package io.dropwatch.pcapfilter;

/**
 * A packet as the probe sees it: bytes and what the kernel knows beside them.
 *
 * @param bytes captured bytes: {@code macLength} bytes of MAC header, then the network header on
 * @param macLength 14, or 0 when the kernel has no MAC header
 * @param wireLength bytes from the network header to the end of the packet
 * @param protocol ethertype of the first header behind the MAC header, 0 when unknown
 * @param vlanTci tag control information of a tag taken out of the frame
 * @param vlanProtocol TPID of that tag, 0 when there is none
 * @param packetType PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3, OUTGOING 4
 * @param interfaceIndex index of the device, 0 when there is none
 */
@SuppressWarnings("ArrayRecordComponent")
public record SkbPacket(
    byte[] bytes,
    int macLength,
    int wireLength,
    int protocol,
    int vlanTci,
    int vlanProtocol,
    int packetType,
    int interfaceIndex) {

  /** Checks the length of the MAC header. */
  public SkbPacket {
    if ((macLength != 0 && macLength != 14) || macLength > bytes.length) {
      throw new IllegalArgumentException(
          "macLength must be 0 or 14 and at most the "
              + bytes.length
              + " bytes given: "
              + macLength);
    }
  }
}
