package io.dropwatch.layers;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A field of tshark and the same field of a layer, in the order of the wire. */
record TsharkField(String name, Function<Layer, @Nullable String> ours) {
  String of(List<Layer> layers) {
    return layers.stream()
        .map(ours)
        .filter(value -> value != null)
        .collect(Collectors.joining(","));
  }

  private static <T extends Layer> TsharkField field(
      String name, Class<T> kind, Function<T, @Nullable Object> ours) {
    return new TsharkField(
        name,
        layer -> {
          Object value = kind.isInstance(layer) ? ours.apply(kind.cast(layer)) : null;
          return value == null ? null : value.toString();
        });
  }

  static final List<TsharkField> ALL =
      List.of(
          field("eth.src", Ethernet.class, Ethernet::src),
          field("eth.dst", Ethernet.class, Ethernet::dst),
          field("eth.type", Ethernet.class, eth -> eth.len() == null ? eth.type() : null),
          field("eth.len", Ethernet.class, Ethernet::len),
          field("llc.dsap", Llc.class, Llc::dsap),
          field("llc.ssap", Llc.class, Llc::ssap),
          field("llc.control", Llc.class, Llc::control),
          field("vlan.priority", Vlan.class, tag -> tag.tpid() == 0x8100 ? tag.priority() : null),
          field("vlan.dei", Vlan.class, tag -> tag.tpid() == 0x8100 ? flag(tag.dei()) : null),
          field("vlan.id", Vlan.class, tag -> tag.tpid() == 0x8100 ? tag.id() : null),
          field("ieee8021ad.id", Vlan.class, tag -> tag.tpid() == 0x88a8 ? tag.id() : null),
          field(
              "ieee8021ad.priority",
              Vlan.class,
              tag -> tag.tpid() == 0x88a8 ? tag.priority() : null),
          // tshark's field covers both versions.
          new TsharkField(
              "ip.version",
              layer -> layer instanceof Ipv4 ? "4" : layer instanceof Ipv6 ? "6" : null),
          field("ip.hdr_len", Ipv4.class, ip -> 4 * ip.ihl()),
          field("ip.dsfield", Ipv4.class, Ipv4::tos),
          field("ip.len", Ipv4.class, Ipv4::len),
          field("ip.id", Ipv4.class, Ipv4::id),
          field("ip.flags.rb", Ipv4.class, ip -> flag((ip.flags() & 4) != 0)),
          field("ip.flags.df", Ipv4.class, ip -> flag((ip.flags() & 2) != 0)),
          field("ip.flags.mf", Ipv4.class, ip -> flag((ip.flags() & 1) != 0)),
          field("ip.frag_offset", Ipv4.class, Ipv4::fragOffset),
          field("ip.ttl", Ipv4.class, Ipv4::ttl),
          field("ip.proto", Ipv4.class, Ipv4::protocol),
          field("ip.checksum", Ipv4.class, Ipv4::checksum),
          field("ip.src", Ipv4.class, Ipv4::src),
          field("ip.dst", Ipv4.class, Ipv4::dst),
          field("ipv6.version", Ipv6.class, Ipv6::version),
          field("ipv6.tclass", Ipv6.class, Ipv6::trafficClass),
          field("ipv6.flow", Ipv6.class, Ipv6::flowLabel),
          field("ipv6.plen", Ipv6.class, Ipv6::len),
          field("ipv6.nxt", Ipv6.class, Ipv6::nextHeader),
          field("ipv6.hlim", Ipv6.class, Ipv6::hopLimit),
          field("ipv6.src", Ipv6.class, Ipv6::src),
          field("ipv6.dst", Ipv6.class, Ipv6::dst),
          field("mpls.label", Mpls.class, Mpls::label),
          field("mpls.exp", Mpls.class, Mpls::trafficClass),
          field("mpls.bottom", Mpls.class, mpls -> flag(mpls.bottom())),
          field("mpls.ttl", Mpls.class, Mpls::ttl),
          field("pppoe.version", Pppoe.class, Pppoe::version),
          field("pppoe.type", Pppoe.class, Pppoe::type),
          field("pppoe.code", Pppoe.class, Pppoe::code),
          field("pppoe.session_id", Pppoe.class, Pppoe::session),
          field("pppoe.payload_length", Pppoe.class, Pppoe::len),
          field("ppp.protocol", Ppp.class, Ppp::protocol),
          field("ah.next_header", Ah.class, Ah::nextHeader),
          // tshark shows the captured value: 4-byte words, minus 2.
          field("ah.length", Ah.class, ah -> ah.len() / 4 - 2),
          field("ah.spi", Ah.class, Ah::spi),
          field("ah.sequence", Ah.class, Ah::seq),
          extension("ipv6.hopopts.nxt", IpProtocol.HOP_BY_HOP, IpExtension::nextHeader),
          extension("ipv6.hopopts.len_oct", IpProtocol.HOP_BY_HOP, IpExtension::len),
          extension("ipv6.dstopts.nxt", IpProtocol.DESTINATION_OPTIONS, IpExtension::nextHeader),
          extension("ipv6.dstopts.len_oct", IpProtocol.DESTINATION_OPTIONS, IpExtension::len),
          field("ipv6.fraghdr.nxt", Ipv6Fragment.class, Ipv6Fragment::nextHeader),
          field("ipv6.fraghdr.offset", Ipv6Fragment.class, Ipv6Fragment::fragOffset),
          field("ipv6.fraghdr.more", Ipv6Fragment.class, frag -> flag(frag.moreFragments())),
          field("ipv6.fraghdr.ident", Ipv6Fragment.class, Ipv6Fragment::id),
          tcp("tcp.srcport", Tcp::sport, TcpHead::sport),
          tcp("tcp.dstport", Tcp::dport, TcpHead::dport),
          tcp("tcp.seq", Tcp::seq, TcpHead::seq),
          field("tcp.ack_raw", Tcp.class, Tcp::ack),
          field("tcp.hdr_len", Tcp.class, tcp -> 4 * tcp.dataOffset()),
          field("tcp.flags", Tcp.class, Tcp::flags),
          field("tcp.window_size_value", Tcp.class, Tcp::window),
          field("tcp.checksum", Tcp.class, Tcp::checksum),
          field("tcp.urgent_pointer", Tcp.class, Tcp::urgent),
          field("udp.srcport", Udp.class, Udp::sport),
          field("udp.dstport", Udp.class, Udp::dport),
          field("udp.length", Udp.class, Udp::len),
          field("udp.checksum", Udp.class, Udp::checksum),
          field("sctp.srcport", Sctp.class, Sctp::sport),
          field("sctp.dstport", Sctp.class, Sctp::dport),
          field("sctp.verification_tag", Sctp.class, Sctp::tag),
          field("sctp.checksum", Sctp.class, Sctp::checksum),
          icmp("icmp.type", 4, Icmp::type),
          icmp("icmp.code", 4, Icmp::code),
          icmp("icmp.checksum", 4, Icmp::checksum),
          icmp("icmp.ident", 4, Icmp::id),
          icmp("icmp.seq", 4, Icmp::seq),
          icmp("icmp.mtu", 4, Icmp::mtu),
          icmp("icmpv6.mtu", 6, Icmp::mtu),
          icmp("icmpv6.type", 6, Icmp::type),
          icmp("icmpv6.code", 6, Icmp::code),
          icmp("icmpv6.checksum", 6, Icmp::checksum),
          icmp("icmpv6.echo.identifier", 6, Icmp::id),
          icmp("icmpv6.echo.sequence_number", 6, Icmp::seq),
          field("arp.hw.type", Arp.class, Arp::addrType),
          field("arp.proto.type", Arp.class, Arp::protocol),
          field("arp.hw.size", Arp.class, Arp::hwAddressSize),
          field("arp.proto.size", Arp.class, Arp::protAddressSize),
          field("arp.opcode", Arp.class, Arp::operation),
          field("arp.src.hw_mac", Arp.class, Arp::senderMac),
          field("arp.src.proto_ipv4", Arp.class, Arp::senderIp),
          field("arp.dst.hw_mac", Arp.class, Arp::targetMac),
          field("arp.dst.proto_ipv4", Arp.class, Arp::targetIp),
          field("gre.proto", Gre.class, Gre::protocol),
          field("gre.checksum", Gre.class, Gre::checksum),
          field("gre.key", Gre.class, Gre::key),
          field("gre.sequence_number", Gre.class, Gre::seq),
          field("erspan.version", Erspan.class, Erspan::version),
          field("erspan.vlan", Erspan.class, Erspan::vlan),
          field("erspan.cos", Erspan.class, Erspan::cos),
          field(
              "erspan.encap",
              Erspan.class,
              erspan -> erspan.version() == 1 ? erspan.encapsulation() : null),
          field(
              "erspan.bso",
              Erspan.class,
              erspan -> erspan.version() == 2 ? erspan.encapsulation() : null),
          field("erspan.truncated", Erspan.class, erspan -> flag(erspan.cut())),
          field("erspan.spanid", Erspan.class, Erspan::session),
          field("erspan.index", Erspan.class, Erspan::index),
          mirror("erspan.timestamp", Erspan.Mirror::timestamp),
          mirror("erspan.sgt", Erspan.Mirror::sgt),
          mirror("erspan.ft", Erspan.Mirror::frameType),
          mirror("erspan.hw", Erspan.Mirror::hardware),
          mirror("erspan.direction", mirror -> flag(mirror.egress())),
          mirror("erspan.gra", Erspan.Mirror::granularity),
          field("vxlan.vni", Vxlan.class, Vxlan::vni),
          field("geneve.version", Geneve.class, Geneve::version),
          field("geneve.flags.oam", Geneve.class, geneve -> flag(geneve.control())),
          field("geneve.flags.critical", Geneve.class, geneve -> flag(geneve.critical())),
          field("geneve.proto_type", Geneve.class, Geneve::protocol),
          field("geneve.vni", Geneve.class, Geneve::vni));

  private static TsharkField extension(
      String name, int type, Function<IpExtension, @Nullable Object> ours) {
    return field(name, IpExtension.class, ext -> ext.type() == type ? ours.apply(ext) : null);
  }

  private static TsharkField tcp(
      String name, Function<Tcp, Object> whole, Function<TcpHead, Object> head) {
    return new TsharkField(
        name,
        layer ->
            switch (layer) {
              case Tcp tcp -> whole.apply(tcp).toString();
              case TcpHead tcp -> head.apply(tcp).toString();
              default -> null;
            });
  }

  private static TsharkField mirror(String name, Function<Erspan.Mirror, @Nullable Object> ours) {
    return field(
        name, Erspan.class, erspan -> erspan.mirror() == null ? null : ours.apply(erspan.mirror()));
  }

  private static TsharkField icmp(String name, int version, Function<Icmp, @Nullable Object> ours) {
    return field(name, Icmp.class, icmp -> icmp.version() == version ? ours.apply(icmp) : null);
  }

  private static int flag(boolean set) {
    return set ? 1 : 0;
  }
}
