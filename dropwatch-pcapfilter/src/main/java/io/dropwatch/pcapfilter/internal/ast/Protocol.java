package io.dropwatch.pcapfilter.internal.ast;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The protocols that are keywords. */
public enum Protocol {
  /** The link layer: {@code ether}, {@code link} and their synonyms. */
  LINK("ether"),
  /** IPv4. */
  IP,
  /** IPv6. */
  IP6,
  /** ARP. */
  ARP,
  /** Reverse ARP. */
  RARP,
  /** TCP over either IP. */
  TCP,
  /** UDP over either IP. */
  UDP,
  /** SCTP over either IP. */
  SCTP,
  /** ICMP over IPv4. */
  ICMP,
  /** ICMPv6 over IPv6. */
  ICMP6,
  /** IGMP. */
  IGMP,
  /** IGRP. */
  IGRP,
  /** PIM. */
  PIM,
  /** VRRP. */
  VRRP,
  /** CARP. */
  CARP,
  /** IPsec authentication header. */
  AH,
  /** IPsec encapsulating security payload. */
  ESP,
  /** AppleTalk. */
  ATALK,
  /** AppleTalk ARP. */
  AARP,
  /** DECnet phase IV. */
  DECNET,
  /** DEC LAT. */
  LAT,
  /** DEC SCA. */
  SCA,
  /** DEC MOP dump and load. */
  MOPDL,
  /** DEC MOP remote console. */
  MOPRC,
  /** OSI over LLC. */
  ISO,
  /** ES-IS. */
  ESIS,
  /** IS-IS. */
  ISIS,
  /** CLNP. */
  CLNP,
  /** IS-IS level 1. */
  L1,
  /** IS-IS level 2. */
  L2,
  /** IS-IS hello. */
  IIH,
  /** IS-IS link state PDU. */
  LSP,
  /** IS-IS sequence number PDU. */
  SNP,
  /** IS-IS complete sequence number PDU. */
  CSNP,
  /** IS-IS partial sequence number PDU. */
  PSNP,
  /** Spanning tree. */
  STP,
  /** IPX. */
  IPX,
  /** NetBEUI. */
  NETBEUI;

  private static final Map<String, Protocol> BY_WORD = new HashMap<>();

  static {
    for (Protocol protocol : values()) {
      BY_WORD.put(protocol.word, protocol);
    }
    BY_WORD.put("link", LINK);
  }

  private final String word;

  Protocol() {
    this.word = name().toLowerCase(Locale.ROOT);
  }

  Protocol(String word) {
    this.word = word;
  }

  /** Returns its keyword. */
  public String word() {
    return word;
  }

  /** Returns the protocol of a keyword; null if it is not one. */
  public static @Nullable Protocol of(String keyword) {
    return BY_WORD.get(keyword);
  }
}
