package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dropwatch.pcapfilter.Explanation.Outcome;
import io.dropwatch.pcapfilter.packet.PacketBuilder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What people read who ask why a packet matches. */
class ExplanationTest {
  private static final byte[] HTTP =
      PacketBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(40000, 80, 2).build();

  @Test
  void explain_conjunction_firstFalsePrimitiveDecides() {
    text(
        """
        no match: 'port 443' is false
          tcp and port 443 and not host 10.0.0.1
          +++     --------         .............
          + tcp            ethertype [12:2] is 0x800 (IPv4); IP protocol [23:1] is 6 (TCP)
          - port 443       source port is 40000, not 443; destination port is 80, not 443
          . host 10.0.0.1  not evaluated
        """,
        "tcp and port 443 and not host 10.0.0.1",
        HTTP);
  }

  @Test
  void explain_primitiveInsideNot_showsItsOwnOutcome() {
    text(
        """
        no match: 'host 10.0.0.1' is true
          ip and not host 10.0.0.1
          ++         +++++++++++++
          + ip             ethertype [12:2] is 0x800 (IPv4)
          + host 10.0.0.1  ethertype [12:2] is 0x800 (IPv4); source address [26:4] is 10.0.0.1
        """,
        "ip and not host 10.0.0.1",
        HTTP);
  }

  @Test
  void explain_alternatives_areJoinedPerField() {
    text(
        """
        no match: 'udp' is false
          arp or udp
          ---    ---
          - arp  ethertype [12:2] is 0x800 (IPv4), not 0x806 (ARP)
          - udp  IP protocol [23:1] is 6 (TCP), not 17 (UDP)
        """,
        "arp or udp",
        HTTP);
  }

  @Test
  void explain_truncatedPacket_isRejectedInsideNot() {
    text(
        """
        no match: 'udp port 53' rejects the packet: packet too short: needs byte 23, has 20
          not udp port 53
              !!!!!!!!!!!
          ! udp port 53  packet too short: needs byte 23, has 20
        """,
        "not udp port 53",
        Arrays.copyOf(HTTP, 20));
  }

  @Test
  void explain_inheritedQualifiers_areShown() {
    text(
        """
        match: 'tcp port 80' is true
          tcp port 443 or 80
          ------------    ++
          - tcp port 443  source port is 40000, not 443; destination port is 80, not 443
          + tcp port 80   ethertype [12:2] is 0x800 (IPv4); IP protocol [23:1] is 6 (TCP); fragment field [20:2] is 0x0, which has no bit of 0x1fff; destination port is 80
        """,
        "tcp port 443 or 80",
        HTTP);
  }

  @Test
  void explain_skbFilter_showsMetadata() {
    SkbFilter filter = SkbFilter.compile("arp and ifindex 3");
    byte[] arp = new byte[28];
    Explanation explanation =
        filter.explain(
            SkbPacket.builder()
                .packet(LinkType.RAW_IP, arp, arp.length)
                .protocol(0x0806)
                .ifindex(2)
                .build());
    assertEquals(
        """
        no match: 'ifindex 3' is false
          arp and ifindex 3
          +++     ---------
          + arp        ethertype skb.protocol is 0x806 (ARP)
          - ifindex 3  skb.ifindex is 2, not 3
        """,
        explanation.toString());
    assertEquals(Outcome.FALSE, explanation.deciding().orElseThrow().outcome());
  }

  @Test
  void explain_emptyExpression_matches() {
    text("match: the empty filter matches every packet\n", "", HTTP);
  }

  @Test
  void readings_haveFieldValueAndComparison() {
    Explanation explanation =
        PcapFilter.compile("greater 100", LinkType.ETHERNET).explain(HTTP, HTTP.length);
    Explanation.Reading reading = explanation.deciding().orElseThrow().readings().getFirst();
    assertEquals("length on the wire", reading.field());
    assertEquals(54, reading.value());
    assertEquals(">= 100", reading.comparison());
    assertFalse(reading.holds());
  }

  @Test
  void explain_withoutPacket_showsGrouping() {
    assertEquals(
        """
        all of
          any of
            not tcp port 80
            tcp port 443
          host 10.0.0.1
        """,
        PcapFilter.compile("not tcp port 80 or 443 and host 10.0.0.1", LinkType.ETHERNET)
            .explain());
  }

  private static void text(String expected, String expression, byte[] packet) {
    assertEquals(
        expected,
        PcapFilter.compile(expression, LinkType.ETHERNET)
            .explain(packet, packet.length)
            .toString());
  }
}
