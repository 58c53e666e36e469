package io.dropwatch.layers;

/**
 * The protocol field of PPP (RFC 1661); IP and MPLS after it are decoded.
 *
 * @param protocol IANA number; one below 256 may have been sent as one byte
 */
public record Ppp(int protocol) implements Layer {
  private static final int IPV4 = 0x0021;
  private static final int IPV6 = 0x0057;
  private static final int MPLS_UNICAST = 0x0281;
  private static final int MPLS_MULTICAST = 0x0283;

  static void decode(Dissection dissection) {
    if (!dissection.has(1)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    // RFC 1661, 6.5: the lowest bit is set in the last byte only.
    boolean compressed = (cursor.peek() & 1) != 0;
    if (!compressed && !dissection.has(2)) {
      return;
    }
    var ppp = new Ppp(compressed ? cursor.u8() : cursor.u16());
    dissection.add(ppp);
    switch (ppp.protocol) {
      case IPV4 -> Ipv4.decode(dissection);
      case IPV6 -> Ipv6.decode(dissection);
      case MPLS_UNICAST, MPLS_MULTICAST -> Mpls.decode(dissection);
      default -> {}
    }
  }

  /** Returns {@code IPv4}, {@code LCP}, {@code CHAP}, …, or {@code UnknownPPPType}. */
  public String protocolName() {
    return switch (protocol) {
      case IPV4 -> "IPv4";
      case IPV6 -> "IPv6";
      case MPLS_UNICAST -> "MPLSUnicast";
      case MPLS_MULTICAST -> "MPLSMulticast";
      case 0x8021 -> "IPCP";
      case 0x8057 -> "IPV6CP";
      case 0x80fd -> "CCP";
      case 0xc021 -> "LCP";
      case 0xc023 -> "PAP";
      case 0xc025 -> "LQR";
      case 0xc223 -> "CHAP";
      case 0xc227 -> "EAP";
      default -> "UnknownPPPType";
    };
  }
}
