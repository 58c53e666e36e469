package io.dropwatch.pcapfilter.internal.ast;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keywords of pcap-filter(7) that have no meaning on Ethernet or IP, and why. */
final class UnsupportedKeywords {
  private static final String WLAN = "802.11 headers, which a dropped packet no longer has";
  private static final String ATM = "ATM cells, which have no link type here";
  private static final String SS7 = "SS7 signalling, which has no link type here";
  private static final String PF = "the log of BSD's packet filter (DLT_PFLOG)";
  private static final Map<String, String> REASONS = new HashMap<>();

  static {
    reason(WLAN, "type subtype dir addr1 addr2 addr3 addr4 ra ta radio");
    reason(ATM, "lane metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic vpi vci connectmsg metaconnect");
    reason(SS7, "fisu lssu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls");
    reason(PF, "rset rnr srnr reason action");
    reason("ethers(5) and DNS, which are not used", "gateway");
  }

  private UnsupportedKeywords() {}

  /** Returns what the keyword needs; null if it is supported. */
  static @Nullable String reason(String keyword) {
    return REASONS.get(keyword);
  }

  private static void reason(String why, String words) {
    for (String word : words.split(" ", -1)) {
      REASONS.put(word, why);
    }
  }
}
