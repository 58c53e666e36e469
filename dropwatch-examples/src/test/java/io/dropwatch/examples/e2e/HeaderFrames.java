package io.dropwatch.examples.e2e;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Raw frames from {@link #SOURCE_MAC}, one of each kind, in the order in which they are sent.
 * Together they have every field of every layer.
 */
final class HeaderFrames {
  static final String SOURCE_MAC = "02:00:00:00:be:ef";

  private static final String ADDRESSES = "020000000afe 02000000beef ";
  private static final String IPV4 = " c0000201 c6336402 ";
  private static final String IPV6 =
      " 20010db8000a00000000000000000001 20010db8000b00000000000000000002 ";

  /** 42001 > 7001, "abcdefgh"; in IPv4, 36 bytes; in Ethernet, 50. */
  private static final String UDP = "a411 1b59 0010 1234 6162636465666768";

  private static final String IPV4_UDP = "4500 0024 0001 0000 4011 abcd" + IPV4 + UDP;
  private static final String FRAME = "0a0000000002 0a0000000001 0800" + IPV4_UDP;

  /** 42002 > 7002, SYN, with an urgent pointer. */
  private static final String TCP = "a412 1b5a 00000101 00000202 5022 0400 5678 0007";

  private HeaderFrames() {}

  /** Frames that the receiver drops. */
  static Map<String, byte[]> received() {
    Map<String, byte[]> frames = new LinkedHashMap<>();
    put(
        frames,
        "an ARP request",
        "0806 0001 0800 0604 0001 02000000beef c0000201 000000000000 c00002fe");
    put(
        frames,
        "a RARP reply",
        "8035 0001 0800 0604 0004 02000000beef c0000201 020000000afe c00002fe");
    put(frames, "a MAC header alone", "88b5");
    put(frames, "an IPv4 fragment", "0800 4500 0024 0007 20b9 4011 abcd" + IPV4 + UDP);
    put(frames, "TCP in IPv4", "0800 4502 0028 0002 4000 4006 abcd" + IPV4 + TCP);
    put(
        frames,
        "extension headers of IPv6",
        "86dd 61234567 0020 00 40" + IPV6 + "3c00 0104 00000000 1100 0104 00000000" + UDP);
    put(
        frames,
        "an IPv6 fragment",
        "86dd 60000000 0018 2c 40" + IPV6 + "11 00 05c9 cafebabe" + UDP);
    put(
        frames,
        "an authentication header",
        "0800 4500 0038 0003 0000 4033 abcd"
            + IPV4
            + "1103 0000 00000100 00000002 0001020304050607"
            + UDP);
    put(
        frames,
        "SCTP",
        "0800 4500 0020 0004 0000 4084 abcd" + IPV4 + "a413 1b5b 01020304 0a0b0c0d");
    put(
        frames,
        "an ICMP query",
        "0800 4500 001c 0005 0000 4001 abcd" + IPV4 + "0800 1111 0007 0009");
    put(frames, "an ICMPv6 query", "86dd 60000000 0008 3a 40" + IPV6 + "8000 2222 0008 000a");
    put(
        frames,
        "an ICMP error and what it quotes",
        "0800 4500 0040 0006 0000 4001 abcd" + IPV4 + "0303 3333 00000000" + IPV4_UDP);
    put(
        frames,
        "an ICMP error that quotes 8 bytes of TCP",
        "0800 4500 0038 0006 0000 4001 abcd"
            + IPV4
            + "0304 4444 00000578"
            + "4500 0028 0002 4000 4006 abcd"
            + IPV4
            + "a412 1b5a 00000101");
    put(frames, "IPv4 in IPv4", "0800 4500 0038 0008 0000 4004 abcd" + IPV4 + IPV4_UDP);
    put(
        frames,
        "GRE",
        "0800 4500 0048 0009 0000 402f abcd"
            + IPV4
            + "b000 0800 5555 0000 11223344 00000007"
            + IPV4_UDP);
    put(
        frames,
        "ERSPAN type II",
        "0800 4500 0056 000a 0000 402f abcd"
            + IPV4
            + "1000 88be 00000001 1064 a807 00000009"
            + FRAME);
    put(
        frames,
        "ERSPAN type III",
        "0800 4500 005a 000b 0000 402f abcd"
            + IPV4
            + "1000 22eb 00000001 2064 a807 01020304 0005 006a"
            + FRAME);
    put(
        frames,
        "VXLAN",
        "0800 4500 0056 000c 0000 4011 abcd"
            + IPV4
            + "c000 12b5 0042 0000 08000000 00007b00"
            + FRAME);
    put(
        frames,
        "Geneve",
        "0800 4500 005a 000d 0000 4011 abcd"
            + IPV4
            + "c001 17c1 0046 0000 0140 6558 00007c00 01020300"
            + FRAME);
    put(frames, "MPLS", "8847 003e8040 00010b40" + IPV4_UDP);
    put(frames, "a PPPoE session", "8864 1100 1234 0026 0021" + IPV4_UDP);
    put(frames, "PPPoE discovery", "8863 1109 0000 0004 01010000");
    put(frames, "an 802.3 frame", "0007 4242 03 00000000");
    put(
        frames,
        "a TCP header that ends too early",
        "0800 4500 0028 000e 4000 4006 abcd" + IPV4 + "a412 1b5a 0000");
    put(frames, "an IPv4 header of 16 bytes", "0800 4400 0024 000f 0000 4011 abcd" + IPV4 + UDP);
    put(frames, "a VLAN tag", "8100 b02a 0800" + IPV4_UDP);
    put(frames, "two VLAN tags", "88a8 0007 8100 602b 0800" + IPV4_UDP);
    return frames;
  }

  /** Frames that the sender drops. */
  static Map<String, byte[]> sent() {
    Map<String, byte[]> frames = new LinkedHashMap<>();
    put(frames, "a VLAN tag before it is sent", "8100 b02a 0800" + IPV4_UDP);
    return frames;
  }

  private static void put(Map<String, byte[]> frames, String name, String digits) {
    frames.put(name, HexFormat.of().parseHex((ADDRESSES + digits).replace(" ", "")));
  }
}
