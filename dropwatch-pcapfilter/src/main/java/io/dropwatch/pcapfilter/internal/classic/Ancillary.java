package io.dropwatch.pcapfilter.internal.classic;

/** Offsets behind which Linux keeps what it knows beside the bytes (SKF_AD_* of linux/filter.h). */
final class Ancillary {
  /** SKF_AD_OFF: the others count from here. */
  static final int BASE = -0x1000;

  /** Ethertype of the network header, in host order. */
  static final int PROTOCOL = 0;

  static final int PACKET_TYPE = 4;
  static final int INTERFACE_INDEX = 8;
  static final int VLAN_TAG = 44;

  /** 1 when a tag was taken out of the frame, else 0. */
  static final int VLAN_TAG_PRESENT = 48;

  /** Since Linux 4.1; without a tag some kernels have the last one's type there. */
  static final int VLAN_TPID = 60;

  private Ancillary() {}
}
