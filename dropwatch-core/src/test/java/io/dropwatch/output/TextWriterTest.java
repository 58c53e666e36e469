package io.dropwatch.output;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.layers.Packets;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextWriterTest {
  @Test
  void format_tcpPacket() {
    byte[] packet =
        Packets.hex(
            """
            45000028 00000000 40060000 0a000001 0a000002
            3039 01bb 0000007b 000001c8 5018 1000 0000 0000
            """);
    DropEvent event =
        DropEvent.builder()
            .time(Instant.parse("2026-08-04T01:02:03.456789Z"))
            .reason(new DropReason(5, "SKB_DROP_REASON_TCP_CSUM"))
            .location(0xffffffff81000000L)
            .comm("worker thread")
            .pid(1420)
            .device(NetworkDevice.of("eth0", 2, 1, 0))
            .skbAddress(0xffff888012345678L)
            .socketState(new SocketState(1))
            .etherType(0x0800)
            .packet(LinkType.RAW_IP, packet)
            .packetLength(1500)
            .build();

    assertEquals(
        "2026-08-04T01:02:03.456789Z IPv4/TCP 10.0.0.1:12345 > 10.0.0.2:443 [ACK|PSH] seq=123"
            + " ack=456 win=4096 sk=ESTABLISHED reason=SKB_DROP_REASON_TCP_CSUM"
            + " drop_source=software drop_location=0xffffffff81000000 len=1500 dev=eth0"
            + " pid=1420[worker\\x20thread] addr=0xffff888012345678 source=tools\n",
        TextWriter.format(event));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ipv4-tcp    | IPv4/TCP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5:54321 > 10.0.2.10:8080 [SYN] seq=0 ack=0 win=65535 sk=unknown
          ipv6-tcp    | IPv6/TCP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 [2001:db8::1]:54321 > [2001:db8::2]:8080 [SYN] seq=0 ack=0 win=65535 sk=unknown
          ipv4-udp    | IPv4/UDP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5:5353 > 10.0.2.10:53 len=12 chk=0xabcd
          ipv4-icmp   | IPv4/ICMP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5 > 10.0.2.10 type=EchoRequest id=7 seq=9
          ipv6-icmpv6 | IPv6/ICMPv6 smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 2001:db8::1 > 2001:db8::2 type=EchoRequest id=7 seq=9
          arp         | ARP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 request sender=10.0.0.1/aa:bb:cc:dd:ee:ff target=10.0.0.2/00:00:00:00:00:00
          ipv4-ospf   | IPv4 smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5 > 10.0.2.10
          ipv4-later-fragment | IPv4 smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5 > 10.0.2.10 frag_id=4660 frag_offset=185
          vlan        | IPv4/TCP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 vlan=5 10.0.1.5:54321 > 10.0.2.10:8080 [SYN] seq=0 ack=0 win=65535 sk=unknown
          ipip        | IPv4 smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5 > 10.0.2.10 inner IPv4/TCP 10.0.1.5:54321 > 10.0.2.10:8080 [SYN] seq=0 ack=0 win=65535 sk=unknown
          mpls        | IPv4/TCP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 mpls=1000 mpls=16 10.0.1.5:54321 > 10.0.2.10:8080 [SYN] seq=0 ack=0 win=65535 sk=unknown
          pppoe       | IPv4/TCP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5:54321 > 10.0.2.10:8080 pppoe=Session session=0x1234 ppp=IPv4 [SYN] seq=0 ack=0 win=65535 sk=unknown
          pppoe-discovery | unknown smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 pppoe=PADI session=0x0000
          erspan2     | IPv4/GRE smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5 > 10.0.2.10 erspan=7 inner IPv4/TCP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5:54321 > 10.0.2.10:8080 [SYN] seq=0 ack=0 win=65535 sk=unknown
          ah          | IPv4/TCP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5:54321 > 10.0.2.10:8080 ext=IPSecAH spi=0x00000100 [SYN] seq=0 ack=0 win=65535 sk=unknown
          icmp-unreachable | IPv4/ICMP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5 > 10.0.2.10 type=DestinationUnreachable(Port) quoted IPv4/UDP 10.0.1.5:5353 > 10.0.2.10:53 len=12 chk=0xabcd
          icmp-too-big | IPv4/ICMP smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 10.0.1.5 > 10.0.2.10 type=DestinationUnreachable(FragmentationNeeded) mtu=1400 quoted IPv4/TCP 10.0.1.5:54321 > 10.0.2.10:8080 seq=0 (truncated)
          stp         | unknown smac=aa:bb:cc:dd:ee:ff dmac=11:22:33:44:55:66 dsap=0x42 ssap=0x42
          """)
  void format_everyKindOfPacket(String kind, String text) {
    byte[] frame = requireNonNull(Packets.everyKind().get(kind));
    DropEvent event = DropEvent.builder().packet(LinkType.ETHERNET, frame).build();

    assertEquals(
        "1970-01-01T00:00:00Z "
            + text
            + " reason=NOT_SUPPORTED drop_source=software len=0 dev=- pid=0[] addr= source=tools\n",
        TextWriter.format(event));
  }

  @Test
  void format_receivedTime_isLast() {
    DropEvent event =
        DropEvent.builder()
            .time(Instant.parse("2026-08-04T01:02:03.456789012Z"))
            .receivedTime(Instant.parse("2026-08-04T01:02:03.5Z"))
            .build();

    assertEquals(
        "2026-08-04T01:02:03.456789012Z unknown reason=NOT_SUPPORTED drop_source=software len=0"
            + " dev=- pid=0[] addr= source=tools received=2026-08-04T01:02:03.5Z\n",
        TextWriter.format(event));
  }

  @Test
  void format_sharedStack_isMarked() {
    DropEvent event =
        DropEvent.builder()
            .stack(KernelStack.of(List.of(StackFrame.unknown(1))).asShared())
            .build();

    assertEquals(
        "1970-01-01T00:00:00Z unknown reason=NOT_SUPPORTED drop_source=software len=0 dev=- pid=0[]"
            + " addr= source=tools stack=shared",
        TextWriter.format(event).lines().findFirst().orElseThrow());
  }

  @Test
  void format_emptyEvent() {
    assertEquals(
        "1970-01-01T00:00:00Z unknown reason=NOT_SUPPORTED drop_source=unknown len=0 dev=-"
            + " pid=0[] addr= source=tools\n",
        TextWriter.format(DropEvent.builder().source(DropSource.UNKNOWN).build()));
  }

  @Test
  void format_hardwareDrop_showsTheGroup() {
    DropEvent event =
        DropEvent.builder()
            .source(DropSource.HARDWARE)
            .reasonGroup("l2_drops")
            .reason(new DropReason(0, "ingress_vlan_filter"))
            .build();

    assertEquals(
        "1970-01-01T00:00:00Z unknown reason=l2_drops/ingress_vlan_filter drop_source=hardware"
            + " len=0 dev=- pid=0[] addr= source=tools\n",
        TextWriter.format(event));
  }

  @Test
  void format_stack_hasALineForEachFrame() {
    DropEvent event =
        DropEvent.builder()
            .stack(
                KernelStack.of(
                    Collections.nCopies(
                        11,
                        new StackFrame(0xffffffffc0000001L, "nft_do_chain", 0x11d, "nf_tables"))))
            .build();
    String[] lines = TextWriter.format(event).split("\n", -1);

    assertEquals("\t#0   nft_do_chain+0x11d [nf_tables]", lines[1]);
    assertEquals("\t#10  nft_do_chain+0x11d [nf_tables]", lines[11]);
    assertEquals("", lines[12]);
  }

  @Test
  void format_frameWithoutSymbol_showsTheAddress() {
    DropEvent event =
        DropEvent.builder()
            .stack(KernelStack.resolving(new long[] {0xffffffff81234567L}, StackFrame::unknown))
            .build();

    assertEquals("\t#0   0xffffffff81234567", TextWriter.format(event).split("\n", -1)[1]);
  }

  @ParameterizedTest
  @CsvSource({
    "SKB_DROP_REASON_NO_SOCKET, 31",
    "SKB_DROP_REASON_TCP_OLD_DATA, 0",
    "SKB_DROP_REASON_NOT_SPECIFIED, 33"
  })
  void format_coloured_reasonHasTheColourOfItsNature(String reason, int colour) {
    String line =
        TextWriter.format(
            Events.sample().reason(new DropReason(1, reason)).build(), TextWriter.Style.COLOURED);

    assertTrue(line.contains(" reason=\033[" + colour + "m" + reason + "\033[0m"), line);
  }

  @Test
  void format_coloured_withoutEscapesIsPlainText() {
    DropEvent event = Events.sample().comm("\033[2J").build();
    String coloured = TextWriter.format(event, TextWriter.Style.COLOURED);

    assertEquals(TextWriter.format(event), coloured.replaceAll("\033\\[[0-9]+m", ""));
  }
}
