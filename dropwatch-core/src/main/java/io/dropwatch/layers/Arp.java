package io.dropwatch.layers;

import org.jspecify.annotations.Nullable;

/**
 * An ARP message (RFC 826), or RARP (RFC 903).
 *
 * @param addrType hardware type, 1 for Ethernet (IANA ARP parameters)
 * @param protocol EtherType of the protocol addresses
 * @param hwAddressSize bytes of a hardware address
 * @param protAddressSize bytes of a protocol address
 * @param operation 1 request, 2 reply; of RARP 3 reverse request, 4 reverse reply
 * @param senderMac hardware address of the sender
 * @param senderIp protocol address of the sender; null when its size is neither 4 nor 16
 * @param targetMac hardware address of the target; zeros in a request
 * @param targetIp protocol address of the target; null like {@code senderIp}
 */
public record Arp(
    int addrType,
    int protocol,
    int hwAddressSize,
    int protAddressSize,
    int operation,
    HardwareAddress senderMac,
    @Nullable IpAddress senderIp,
    HardwareAddress targetMac,
    @Nullable IpAddress targetIp)
    implements Layer {
  private static final int FIXED_LENGTH = 8;
  private static final int ETHERNET = 1;
  private static final int REVERSE_REQUEST = 3;
  private static final int REVERSE_REPLY = 4;

  static void decode(Dissection dissection) {
    if (!dissection.has(FIXED_LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    int addrType = cursor.u16();
    int protocol = cursor.u16();
    int hardware = cursor.u8();
    int address = cursor.u8();
    int operation = cursor.u16();
    if (dissection.has(2 * (hardware + address))) {
      dissection.add(
          new Arp(
              addrType,
              protocol,
              hardware,
              address,
              operation,
              HardwareAddress.take(cursor, hardware),
              protocolAddress(cursor, address),
              HardwareAddress.take(cursor, hardware),
              protocolAddress(cursor, address)));
    }
  }

  private static @Nullable IpAddress protocolAddress(Cursor cursor, int size) {
    byte[] bytes = cursor.take(size);
    return size == 4 || size == 16 ? IpAddress.of(bytes) : null;
  }

  /** Returns {@code Ethernet}, or {@code UnknownLinkType}. */
  public String addrTypeName() {
    return addrType == ETHERNET ? "Ethernet" : "UnknownLinkType";
  }

  /** Returns {@code IPv4}, …; see {@link Ethernet#typeName}. */
  public String protocolName() {
    return EtherType.name(protocol);
  }

  /** Returns whether it is RARP, by its operation: the two protocols share a format. */
  public boolean isReverse() {
    return operation == REVERSE_REQUEST || operation == REVERSE_REPLY;
  }

  /**
   * Returns {@code request} or {@code reply}, of RARP {@code reverse request} or {@code reverse
   * reply}; {@code UNKNOWN(n)} for others.
   */
  public String operationName() {
    return switch (operation) {
      case 1 -> "request";
      case 2 -> "reply";
      case REVERSE_REQUEST -> "reverse request";
      case REVERSE_REPLY -> "reverse reply";
      default -> "UNKNOWN(" + operation + ")";
    };
  }
}
