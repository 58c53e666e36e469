package io.dropwatch.pcapfilter.internal.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.internal.ast.Parser;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.predicate.PredicateText;
import io.dropwatch.pcapfilter.internal.token.Lexer;
import org.junit.jupiter.api.Test;

/** What an expression tests, and where. */
class CheckerTest {
  @Test
  void vlan_shiftsLaterPrimitivesOutOfNotAndAcrossOr() {
    assertEquals(
        """
        all
          not
            'vlan'
              any
                [12:2] == 0x8100
                [12:2] == 0x88a8
                [12:2] == 0x9100
          'ip'
            [16:2] == 0x800
        """,
        predicate("not vlan and ip", PacketView.ETHERNET));
  }

  @Test
  void host_isComparedInArpToo() {
    assertEquals(
        """
        'src host 10.1'
          any
            all
              [12:2] == 0x800
              ([26:4] & 0xffff0000) == 0xa010000
            all
              [12:2] == 0x806
              ([28:4] & 0xffff0000) == 0xa010000
            all
              [12:2] == 0x8035
              ([28:4] & 0xffff0000) == 0xa010000
        """,
        predicate("src host 10.1", PacketView.ETHERNET));
  }

  @Test
  void shortNumber_isPrefixForNetButNotForHost() {
    assertEquals(
        """
        'ip src net 10'
          all
            ([0:1] & 240) == 64
            ([12:4] & 0xff000000) == 0xa000000
        """,
        predicate("ip src net 10", PacketView.RAW_IP));
    assertEquals(
        """
        'ip src host 10'
          all
            ([0:1] & 240) == 64
            [12:4] == 10
        """,
        predicate("ip src host 10", PacketView.RAW_IP));
  }

  @Test
  void ipv4Port_isReadAfterTheHeaderOfAFirstFragment() {
    assertEquals(
        """
        'udp dst port domain'
          any
            all
              [12:2] == 0x86dd
              all
                [20:1] == 17
                [56:2] == 53
            all
              [12:2] == 0x800
              all
                [23:1] == 17
                not
                  [20:2] &? 0x1fff
                [(([14:1] & 15) << 2) + 16:2] == 53
        """,
        predicate("udp dst port domain", PacketView.ETHERNET));
  }

  @Test
  void value_inheritsQualifiersOfThePreviousPrimitive() {
    assertEquals(
        predicate("ip proto 6 or ip proto 17", PacketView.ETHERNET),
        predicate("ip proto 6 or 17", PacketView.ETHERNET));
    assertEquals(
        predicate("not arp src host 1.2.3.4 and arp src host 5.6.7.8", PacketView.ETHERNET),
        predicate("not arp src host 1.2.3.4 and 5.6.7.8", PacketView.ETHERNET));
  }

  @Test
  void skbView_readsMetadata() {
    assertEquals(
        """
        all
          'arp'
            skb.protocol == 0x806
          'outbound'
            skb.pkt_type == 4
          'greater 60'
            (wire_length + skb.mac_len) >= 60
        """,
        predicate("arp and outbound and greater 60", PacketView.SKB));
  }

  private static String predicate(String expression, PacketView view) {
    return PredicateText.print(
        Checker.check(Parser.parse(Lexer.tokens(expression)), view, FilterOptions.DEFAULT));
  }
}
