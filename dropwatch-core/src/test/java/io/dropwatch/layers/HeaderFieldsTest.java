package io.dropwatch.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.pcapfilter.LinkType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decodes every field of every header at its lowest and its highest value. */
class HeaderFieldsTest {
  private static Layer decoded(int etherType, String digits, int index) {
    return Layers.decode(LinkType.RAW_IP, Packets.hex(digits), etherType).all().get(index);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          112233445566 aabbccddeeff 0800      | Ethernet[src=aa:bb:cc:dd:ee:ff, dst=11:22:33:44:55:66, type=2048, len=null]
          ffffffffffff 000000000000 0600      | Ethernet[src=00:00:00:00:00:00, dst=ff:ff:ff:ff:ff:ff, type=1536, len=null]
          0180c2000000 000000000001 05ff      | Ethernet[src=00:00:00:00:00:01, dst=01:80:c2:00:00:00, type=0, len=1535]
          0180c2000000 000000000001 0000      | Ethernet[src=00:00:00:00:00:01, dst=01:80:c2:00:00:00, type=0, len=0]
          """)
  void decode_ethernet(String digits, String expected) {
    Layers layers = Layers.decode(LinkType.ETHERNET, Packets.hex(digits));

    assertEquals(expected, layers.all().getFirst().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0000 88cc | Vlan[tpid=33024, priority=0, dei=false, id=0, type=35020]
          ffff ffff | Vlan[tpid=33024, priority=7, dei=true, id=4095, type=65535]
          2001 88cc | Vlan[tpid=33024, priority=1, dei=false, id=1, type=35020]
          1000 88cc | Vlan[tpid=33024, priority=0, dei=true, id=0, type=35020]
          """)
  void decode_vlan(String digits, String expected) {
    var tag = (Vlan) decoded(0x8100, digits, 0);

    assertEquals(expected, tag.toString());
    assertEquals(tag, Vlan.of(tag.tpid(), tag.tci(), tag.type()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          45000014 00000000 00000000 00000000 00000000 | Ipv4[version=4, ihl=5, tos=0, len=20, id=0, flags=0, fragOffset=0, ttl=0, protocol=0, checksum=0, src=0.0.0.0, dst=0.0.0.0]
          4fffffff ffffffff ffffffff ffffffff ffffffff | Ipv4[version=4, ihl=15, tos=255, len=65535, id=65535, flags=7, fragOffset=8191, ttl=255, protocol=255, checksum=65535, src=255.255.255.255, dst=255.255.255.255]
          45120054 123440b9 4001abcd 01020304 c0a80001 | Ipv4[version=4, ihl=5, tos=18, len=84, id=4660, flags=2, fragOffset=185, ttl=64, protocol=1, checksum=43981, src=1.2.3.4, dst=192.168.0.1]
          """)
  void decode_ipv4(String digits, String expected) {
    assertEquals(expected, decoded(0x0800, digits, 0).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          60000000 00003b00 00000000000000000000000000000000 00000000000000000000000000000001 | Ipv6[version=6, trafficClass=0, flowLabel=0, len=0, nextHeader=59, hopLimit=0, src=::, dst=::1]
          6fffffff ffffffff 20010db8000000000000000000000001 fe80000000000000021122fffe334455 | Ipv6[version=6, trafficClass=255, flowLabel=1048575, len=65535, nextHeader=255, hopLimit=255, src=2001:db8::1, dst=fe80::211:22ff:fe33:4455]
          61234567 00103a40 00000000000000000000ffff0a000001 ff020000000000000000000000000001 | Ipv6[version=6, trafficClass=18, flowLabel=214375, len=16, nextHeader=58, hopLimit=64, src=10.0.0.1, dst=ff02::1]
          """)
  void decode_ipv6(String digits, String expected) {
    assertEquals(expected, decoded(0x86dd, digits, 0).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          00 | 3b00000000000000                 | IpExtension[type=0, nextHeader=59, len=8]
          2b | 3b01000000000000 0000000000000000 | IpExtension[type=43, nextHeader=59, len=16]
          3c | 3b00010400000000                 | IpExtension[type=60, nextHeader=59, len=8]
          33 | 3b040000 00000001 00000002 000000000000000000000000 | Ah[nextHeader=59, len=24, spi=1, seq=2]
          33 | ff010000 ffffffff ffffffff       | Ah[nextHeader=255, len=12, spi=4294967295, seq=4294967295]
          87 | 3b00000000000000                 | IpExtension[type=135, nextHeader=59, len=8]
          2c | 3b000000 00000000                | Ipv6Fragment[nextHeader=59, fragOffset=0, moreFragments=false, id=0]
          2c | 11fffff9 ffffffff                | Ipv6Fragment[nextHeader=17, fragOffset=8191, moreFragments=true, id=4294967295]
          2c | 110005c8 cafebabe                | Ipv6Fragment[nextHeader=17, fragOffset=185, moreFragments=false, id=3405691582]
          """)
  void decode_ipv6Extensions(String type, String digits, String expected) {
    byte[] packet = Packets.ipv6(Integer.parseInt(type, 16), Packets.hex(digits));
    Layers layers = Layers.decode(LinkType.RAW_IP, packet);

    assertEquals(expected, layers.all().get(1).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0000 0000 00000000 00000000 5000 0000 0000 0000 | Tcp[sport=0, dport=0, seq=0, ack=0, dataOffset=5, flags=0, window=0, checksum=0, urgent=0]
          ffff ffff ffffffff ffffffff 5fff ffff ffff ffff | Tcp[sport=65535, dport=65535, seq=4294967295, ack=4294967295, dataOffset=5, flags=255, window=65535, checksum=65535, urgent=65535]
          d431 1f90 0000007b 000001c8 6018 1000 abcd 0001 01010101 | Tcp[sport=54321, dport=8080, seq=123, ack=456, dataOffset=6, flags=24, window=4096, checksum=43981, urgent=1]
          """)
  void decode_tcp(String digits, String expected) {
    byte[] packet = Packets.ipv4(6, Packets.hex(digits));

    assertEquals(expected, Layers.decode(LinkType.RAW_IP, packet).all().get(1).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          11 | 0000 0000 0008 0000                      | Udp[sport=0, dport=0, len=8, checksum=0]
          11 | ffff ffff ffff ffff                      | Udp[sport=65535, dport=65535, len=65535, checksum=65535]
          84 | ffff 0001 ffffffff 01020304              | Sctp[sport=65535, dport=1, tag=4294967295, checksum=16909060]
          01 | 08 00 abcd 0007 0009                     | Icmp[version=4, type=8, code=0, checksum=43981, id=7, seq=9, mtu=null]
          01 | 03 04 ffff 0000 05dc                     | Icmp[version=4, type=3, code=4, checksum=65535, id=null, seq=null, mtu=1500]
          01 | 03 04 0000 ffff ffff                     | Icmp[version=4, type=3, code=4, checksum=0, id=null, seq=null, mtu=65535]
          01 | 03 03 0000 0000 05dc                     | Icmp[version=4, type=3, code=3, checksum=0, id=null, seq=null, mtu=null]
          3a | 02 00 0000 ffffffff                      | Icmp[version=6, type=2, code=0, checksum=0, id=null, seq=null, mtu=4294967295]
          33 | 3b010000 00000001 00000002               | Ah[nextHeader=59, len=12, spi=1, seq=2]
          3a | 81 00 abcd ffff ffff                     | Icmp[version=6, type=129, code=0, checksum=43981, id=65535, seq=65535, mtu=null]
          3a | 87 00 abcd 00000000                      | Icmp[version=6, type=135, code=0, checksum=43981, id=null, seq=null, mtu=null]
          2f | 0000 0800                                | Gre[version=0, protocol=2048, checksum=null, key=null, seq=null]
          2f | b000 6558 abcd0000 ffffffff 00000001     | Gre[version=0, protocol=25944, checksum=43981, key=4294967295, seq=1]
          2f | 3001 880b 00000000                       | Gre[version=1, protocol=34827, checksum=null, key=null, seq=null]
          """)
  void decode_transports(String protocol, String digits, String expected) {
    byte[] packet = Packets.ipv4(Integer.parseInt(protocol, 16), Packets.hex(digits));

    assertEquals(expected, Layers.decode(LinkType.RAW_IP, packet).all().get(1).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          4789 | 08ffffff ffffff ff          | Vxlan[flags=8, vni=16777215]
          8472 | 00000000 000001 00          | Vxlan[flags=0, vni=1]
          6081 | 00 00 6558 00002a 00        | Geneve[version=0, control=false, critical=false, protocol=25944, vni=42, optionsLen=0]
          6081 | 7f c0 ffff ffffff ff        | Geneve[version=1, control=true, critical=true, protocol=65535, vni=16777215, optionsLen=252]
          """)
  void decode_tunnels(int port, String digits, String expected) {
    byte[] packet = Packets.ipv4(17, Packets.udp(port, Packets.hex(digits)));

    assertEquals(expected, Layers.decode(LinkType.RAW_IP, packet).all().get(2).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0001 0800 06 04 0001 aabbccddeeff 0a000001 000000000000 0a000002 | Arp[addrType=1, protocol=2048, hwAddressSize=6, protAddressSize=4, operation=1, senderMac=aa:bb:cc:dd:ee:ff, senderIp=10.0.0.1, targetMac=00:00:00:00:00:00, targetIp=10.0.0.2]
          0001 0800 06 05 0002 aabbccddeeff 0a00000100 112233445566 0a00000200 | Arp[addrType=1, protocol=2048, hwAddressSize=6, protAddressSize=5, operation=2, senderMac=aa:bb:cc:dd:ee:ff, senderIp=null, targetMac=11:22:33:44:55:66, targetIp=null]
          ffff ffff 00 00 ffff | Arp[addrType=65535, protocol=65535, hwAddressSize=0, protAddressSize=0, operation=65535, senderMac=, senderIp=null, targetMac=, targetIp=null]
          """)
  void decode_arp(String digits, String expected) {
    assertEquals(expected, decoded(0x0806, digits, 0).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          8847 | 00000100                   | Mpls[label=0, trafficClass=0, bottom=true, ttl=0]
          8848 | ffffffff                   | Mpls[label=1048575, trafficClass=7, bottom=true, ttl=255]
          8847 | 00010a40 00000100          | Mpls[label=16, trafficClass=5, bottom=false, ttl=64]
          8864 | 11 00 ffff ffff            | Pppoe[version=1, type=1, code=0, session=65535, len=65535]
          8863 | 11 09 0000 0000            | Pppoe[version=1, type=1, code=9, session=0, len=0]
          8863 | ff ff ffff 0001            | Pppoe[version=15, type=15, code=255, session=65535, len=1]
          """)
  void decode_shims(String etherType, String digits, String expected) {
    assertEquals(expected, decoded(Integer.parseInt(etherType, 16), digits, 0).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "0021, 33, IPv4",
    "21, 33, IPv4",
    "c223, 49699, CHAP",
    "fe, 0, ",
    "fffd, 255, UnknownPPPType",
    "0281, 641, MPLSUnicast"
  })
  void decode_ppp(String digits, int protocol, @Nullable String name) {
    byte[] session = Packets.pppoe(0, Packets.hex(digits));
    List<Layer> all = Layers.decode(LinkType.RAW_IP, session, 0x8864).all();

    if (name == null) {
      assertEquals(1, all.size(), "the second byte is missing");
    } else {
      assertEquals(new Ppp(protocol), all.get(1));
      assertEquals(name, ((Ppp) all.get(1)).protocolName());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          88be | 1000 0000 00000000                   | Erspan[version=1, vlan=0, cos=0, encapsulation=0, cut=false, session=0, index=0, mirror=null]
          88be | 1fff ffff ffffffff                   | Erspan[version=1, vlan=4095, cos=7, encapsulation=3, cut=true, session=1023, index=1048575, mirror=null]
          88be | ffff 0000                            | Erspan[version=15, vlan=4095, cos=0, encapsulation=0, cut=false, session=0, index=null, mirror=null]
          22eb | 2001 2801 ffffffff ffff fffe         | Erspan[version=2, vlan=1, cos=1, encapsulation=1, cut=false, session=1, index=null, mirror=Mirror[timestamp=4294967295, sgt=65535, frameType=31, hardware=63, egress=true, granularity=3]]
          22eb | 2001 2801 00000000 0000 0000         | Erspan[version=2, vlan=1, cos=1, encapsulation=1, cut=false, session=1, index=null, mirror=Mirror[timestamp=0, sgt=0, frameType=0, hardware=0, egress=false, granularity=0]]
          22eb | 2001 2801 00000001 0002 0c35 0000000000000000 | Erspan[version=2, vlan=1, cos=1, encapsulation=1, cut=false, session=1, index=null, mirror=Mirror[timestamp=1, sgt=2, frameType=3, hardware=3, egress=false, granularity=2]]
          """)
  void decode_erspan(String type, String digits, String expected) {
    byte[] gre = Packets.hex("1000" + type + "00000000" + digits);
    Layers layers = Layers.decode(LinkType.RAW_IP, Packets.ipv4(47, gre));

    assertEquals(expected, layers.all().get(2).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          4242 03 0000 | Llc[dsap=66, ssap=66, control=3]
          ffff ff      | Llc[dsap=255, ssap=255, control=255]
          """)
  void decode_llc(String digits, String expected) {
    byte[] frame = Packets.ether8023(Packets.hex(digits));

    assertEquals(expected, Layers.decode(LinkType.ETHERNET, frame).all().get(1).toString());
  }
}
