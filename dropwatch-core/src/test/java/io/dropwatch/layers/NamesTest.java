package io.dropwatch.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of numbers, as HUATUO spells them. */
class NamesTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0, IPv6HopByHop
          1, ICMPv4
          2, IGMP
          3, UnknownIPProtocol
          4, IPv4
          6, TCP
          17, UDP
          27, RUDP
          41, IPv6
          43, IPv6Routing
          44, IPv6Fragment
          47, GRE
          50, IPSecESP
          51, IPSecAH
          58, ICMPv6
          59, NoNextHeader
          60, IPv6Destination
          89, OSPF
          94, IPv4
          97, EtherIP
          112, VRRP
          132, SCTP
          136, UDPLite
          137, MPLS
          255, UnknownIPProtocol
          """)
  void name_ofIpProtocol(int protocol, String name) {
    assertEquals(name, IpProtocol.name(protocol));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0x0000, LLC
          0x0800, IPv4
          0x86dd, IPv6
          0x0806, ARP
          0x8100, Dot1Q
          0x88a8, Dot1Q
          0x880b, PPP
          0x8863, PPPoEDiscovery
          0x8864, PPPoESession
          0x9000, EthernetCTP
          0x2000, CiscoDiscovery
          0x01a2, NortelDiscovery
          0x88cc, LinkLayerDiscovery
          0x8847, MPLSUnicast
          0x8848, MPLSMulticast
          0x888e, EAPOL
          0x6558, TransparentEthernetBridging
          0x88be, ERSPAN Type II
          0x1234, UnknownEthernetType
          """)
  void name_ofEtherType(String type, String name) {
    assertEquals(name, EtherType.name(Integer.decode(type)));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0, ''
          1, MF
          2, DF
          3, DF|MF
          4, Evil
          7, Evil|DF|MF
          """)
  void flagsText_ofIpv4(int flags, String text) {
    IpAddress any = IpAddress.of(new byte[4]);

    assertEquals(text, new Ipv4(4, 5, 0, 20, 0, flags, 0, 0, 0, 0, any, any).flagsText());
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0x00, ''
          0x02, SYN
          0x12, SYN|ACK
          0x10, ACK
          0x18, ACK|PSH
          0x11, ACK|FIN
          0x04, RST
          0x14, ACK|RST
          0xc2, SYN|ECE|CWR
          0xff, SYN|ACK|FIN|RST|PSH|URG|ECE|CWR
          """)
  void flagsText_ofTcp(String flags, String text) {
    assertEquals(text, new Tcp(0, 0, 0, 0, 5, Integer.decode(flags), 0, 0, 0).flagsText());
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          1, request
          2, reply
          3, reverse request
          4, reverse reply
          5, UNKNOWN(5)
          65535, UNKNOWN(65535)
          """)
  void operationName_ofArp(int operation, String name) {
    var mac = HardwareAddress.of(new byte[6]);

    assertEquals(name, new Arp(1, 0x800, 6, 4, operation, mac, null, mac, null).operationName());
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          4, 0, 0, EchoReply
          4, 4, 0, SourceQuench
          4, 8, 0, EchoRequest
          4, 8, 1, EchoRequest(Code: 1)
          4, 9, 0, RouterAdvertisement
          4, 10, 0, RouterSolicitation
          4, 13, 0, TimestampRequest
          4, 14, 0, TimestampReply
          4, 15, 0, InfoRequest
          4, 16, 0, InfoReply
          4, 17, 0, AddressMaskRequest
          4, 18, 0, AddressMaskReply
          4, 3, 0, DestinationUnreachable(Net)
          4, 3, 1, DestinationUnreachable(Host)
          4, 3, 2, DestinationUnreachable(Protocol)
          4, 3, 3, DestinationUnreachable(Port)
          4, 3, 4, DestinationUnreachable(FragmentationNeeded)
          4, 3, 5, DestinationUnreachable(SourceRoutingFailed)
          4, 3, 6, DestinationUnreachable(NetUnknown)
          4, 3, 7, DestinationUnreachable(HostUnknown)
          4, 3, 8, DestinationUnreachable(SourceIsolated)
          4, 3, 9, DestinationUnreachable(NetAdminProhibited)
          4, 3, 10, DestinationUnreachable(HostAdminProhibited)
          4, 3, 11, DestinationUnreachable(NetTOS)
          4, 3, 12, DestinationUnreachable(HostTOS)
          4, 3, 13, DestinationUnreachable(CommAdminProhibited)
          4, 3, 14, DestinationUnreachable(HostPrecedence)
          4, 3, 15, DestinationUnreachable(PrecedenceCutoff)
          4, 3, 16, DestinationUnreachable(Code: 16)
          4, 5, 0, Redirect(Net)
          4, 5, 1, Redirect(Host)
          4, 5, 2, Redirect(TOS+Net)
          4, 5, 3, Redirect(TOS+Host)
          4, 11, 0, TimeExceeded(TTLExceeded)
          4, 11, 1, TimeExceeded(FragmentReassemblyTimeExceeded)
          4, 11, 9, TimeExceeded(Code: 9)
          4, 12, 0, ParameterProblem(PointerIndicatesError)
          4, 12, 1, ParameterProblem(MissingOption)
          4, 12, 2, ParameterProblem(BadLength)
          4, 200, 3, 200(3)
          6, 1, 0, DestinationUnreachable(NoRouteToDst)
          6, 1, 1, DestinationUnreachable(AdminProhibited)
          6, 1, 2, DestinationUnreachable(BeyondScopeOfSrc)
          6, 1, 3, DestinationUnreachable(AddressUnreachable)
          6, 1, 4, DestinationUnreachable(PortUnreachable)
          6, 1, 5, DestinationUnreachable(SrcAddressFailedPolicy)
          6, 1, 6, DestinationUnreachable(RejectRouteToDst)
          6, 1, 7, DestinationUnreachable(Code: 7)
          6, 2, 0, PacketTooBig
          6, 3, 0, TimeExceeded(HopLimitExceeded)
          6, 3, 1, TimeExceeded(FragmentReassemblyTimeExceeded)
          6, 4, 0, ParameterProblem(ErroneousHeaderField)
          6, 4, 1, ParameterProblem(UnrecognizedNextHeader)
          6, 4, 2, ParameterProblem(UnrecognizedIPv6Option)
          6, 128, 0, EchoRequest
          6, 129, 0, EchoReply
          6, 133, 0, RouterSolicitation
          6, 134, 0, RouterAdvertisement
          6, 135, 0, NeighborSolicitation
          6, 136, 0, NeighborAdvertisement
          6, 137, 0, Redirect
          6, 8, 0, 8(0)
          """)
  void typeText_ofIcmp(int version, int type, int code, String text) {
    assertEquals(text, new Icmp(version, type, code, 0, null, null, null).typeText());
  }
}
