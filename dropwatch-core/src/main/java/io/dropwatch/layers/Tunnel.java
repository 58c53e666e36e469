package io.dropwatch.layers;

/** What GRE and Geneve carry: an Ethernet frame, or what an ethertype says. */
final class Tunnel {
  private Tunnel() {}

  static void decode(Dissection dissection, int protocol) {
    if (protocol == EtherType.TRANSPARENT_ETHERNET_BRIDGING) {
      dissection.inside(Ethernet::decode);
    } else {
      dissection.inside(inside -> EtherType.decode(inside, protocol));
    }
  }
}
