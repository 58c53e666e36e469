package io.dropwatch.layers;

/**
 * The UDP header (RFC 768). VXLAN, Geneve and MPLS (RFC 7510) are recognised by their destination
 * ports: 4789 (IANA), 8472 (Linux's default), 6081 and 6635.
 *
 * @param sport source port
 * @param dport destination port
 * @param len bytes of header and payload
 * @param checksum as captured; 0 when the sender computed none
 */
public record Udp(int sport, int dport, int len, int checksum) implements Layer {
  private static final int LENGTH = 8;
  private static final int VXLAN_PORT = 4789;
  private static final int LINUX_VXLAN_PORT = 8472;
  private static final int GENEVE_PORT = 6081;
  private static final int MPLS_PORT = 6635;

  static void decode(Dissection dissection) {
    if (!dissection.has(LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    var udp = new Udp(cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16());
    dissection.add(udp);
    // 0: the length does not fit into 16 bits (RFC 2675).
    if (udp.len != 0) {
      if (udp.len < LENGTH) {
        dissection.malformed();
        return;
      }
      cursor.limit(udp.len - LENGTH);
    }
    switch (udp.dport) {
      case VXLAN_PORT, LINUX_VXLAN_PORT -> Vxlan.decode(dissection);
      case GENEVE_PORT -> Geneve.decode(dissection);
      case MPLS_PORT -> dissection.inside(Mpls::decode);
      default -> {}
    }
  }
}
