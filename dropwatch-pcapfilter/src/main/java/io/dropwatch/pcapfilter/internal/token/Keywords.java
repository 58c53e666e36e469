package io.dropwatch.pcapfilter.internal.token;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The keywords of the language, with their synonyms. */
public final class Keywords {
  private static final Map<String, String> CANONICAL = new HashMap<>();

  static {
    words(
        "dst src arp rarp ip sctp tcp udp icmp igmp igrp pim vrrp carp radio ip6 icmp6 ah esp atalk"
            + " aarp decnet lat sca moprc mopdl iso esis isis l1 l2 iih lsp snp csnp psnp clnp stp"
            + " ipx netbeui host net mask port portrange proto protochain gateway type subtype ra"
            + " ta less greater byte broadcast multicast and or not len inbound outbound ifindex"
            + " vlan mpls pppoed pppoes geneve vxlan lane llc metac bcc oam oamf4 oamf4ec oamf4sc"
            + " sc ilmic vpi vci connectmsg metaconnect fisu lssu msu hfisu hlssu hmsu sio opc dpc"
            + " sls hsio hopc hdpc hsls reason action");
    synonyms("link", "link ether ppp slip fddi tr wlan");
    synonyms("esis", "es-is");
    synonyms("isis", "is-is");
    synonyms("dir", "direction dir");
    synonyms("addr1", "address1 addr1");
    synonyms("addr2", "address2 addr2");
    synonyms("addr3", "address3 addr3");
    synonyms("addr4", "address4 addr4");
    synonyms("len", "length");
    synonyms("ifname", "on ifname");
    synonyms("rset", "rset ruleset");
    synonyms("rnr", "rnr rulenum");
    synonyms("srnr", "srnr subrulenum");
    synonyms("lssu", "lsu");
  }

  private Keywords() {}

  /** Returns the canonical keyword of a spelling; null if it is not a keyword. */
  public static @Nullable String canonical(String text) {
    return CANONICAL.get(text);
  }

  /** Returns every spelling, sorted. */
  public static Set<String> spellings() {
    return new TreeSet<>(CANONICAL.keySet());
  }

  private static void words(String list) {
    for (String word : list.split(" ", -1)) {
      CANONICAL.put(word, word);
    }
  }

  private static void synonyms(String canonical, String list) {
    for (String word : list.split(" ", -1)) {
      CANONICAL.put(word, canonical);
    }
  }
}
