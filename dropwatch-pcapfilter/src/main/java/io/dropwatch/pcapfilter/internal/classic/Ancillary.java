package io.dropwatch.pcapfilter.internal.classic;

/** Offsets at which Linux loads metadata instead of bytes (SKF_AD_* of linux/filter.h). */
final class Ancillary {
  /** SKF_AD_OFF: the others are relative to it. */
  static final int BASE = -0x1000;

  /** Ethertype of the network header, in host order. */
  static final int PROTOCOL = 0;

  static final int PACKET_TYPE = 4;
  static final int INTERFACE_INDEX = 8;
  static final int VLAN_TAG = 44;

  /** 1 when a tag was taken out of the frame, else 0. */
  static final int VLAN_TAG_PRESENT = 48;

  /** Since Linux 4.1. Without a tag, some kernels return the type of an earlier tag. */
  static final int VLAN_TPID = 60;

  private Ancillary() {}
}
