package io.dropwatch.pcapfilter.packet;

import io.dropwatch.pcapfilter.LinkType;

/** The LINKTYPE_ numbers of capture files. */
final class LinkNumber {
  private LinkNumber() {}

  static LinkType linkType(int number, long offset) throws CaptureFormatException {
    return switch (number) {
      case 1 -> LinkType.ETHERNET;
      case 12, 14, 101, 228, 229 -> LinkType.RAW_IP;
      case 113, 276 ->
          throw new CaptureFormatException(
              "packets of link type "
                  + number
                  + " (Linux cooked, from 'tcpdump -i any') have a header that no filter here knows;"
                  + " capture on one device instead",
              offset);
      default ->
          throw new CaptureFormatException(
              "packets of link type "
                  + number
                  + name(number)
                  + ", and filters here are for Ethernet (1) and raw IP (101)",
              offset);
    };
  }

  private static String name(int number) {
    return switch (number) {
      case 0 -> " (BSD loopback)";
      case 9 -> " (PPP)";
      case 105, 127 -> " (802.11)";
      case 117 -> " (PF log)";
      case 220, 249 -> " (USB)";
      default -> "";
    };
  }
}
