package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.internal.ast.Literal;
import io.dropwatch.pcapfilter.internal.ast.Protocol;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers.Type;
import io.dropwatch.pcapfilter.internal.check.Checker.Variables;
import io.dropwatch.pcapfilter.internal.names.ProtocolNumbers;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.PredicateText;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Translates a value with its qualifiers into a predicate. */
final class ValueChecker {
  private final HeaderLayout layout;
  private final Variables variables;
  private final Qualifiers qualifiers;
  private final FilterOptions options;
  private final Span span;

  ValueChecker(
      HeaderLayout layout,
      Variables variables,
      Qualifiers qualifiers,
      FilterOptions options,
      Span span) {
    this.layout = layout;
    this.variables = variables;
    this.qualifiers = qualifiers;
    this.options = options;
    this.span = span;
  }

  Predicate check(Literal literal) {
    return switch (literal) {
      case Literal.Numeral numeral -> number(numeral.value());
      case Literal.Name name -> name(name.text());
      case Literal.Ipv4 address -> ipv4(address);
      case Literal.Ipv6 address -> ipv6(address);
      case Literal.Mac mac -> mac(mac.text());
    };
  }

  private Predicate number(int value) {
    return switch (type()) {
      case HOST -> address(value, -1);
      case NET -> network(value);
      case PORT, PORTRANGE -> {
        OptionalInt protocol = portProtocol();
        yield ports(protocol, value, value);
      }
      case PROTO -> ProtocolPredicates.numbered(layout, qualifiers.protocol(), value, span);
      case PROTOCHAIN ->
          HeaderChain.contains(layout, variables, qualifiers.protocol(), value, span);
    };
  }

  private Predicate network(int number) {
    int network = number;
    int mask = -1;
    // A short network number is shifted to the left: net 10 is 10.0.0.0/8.
    while (network != 0 && (network & 0xff000000) == 0) {
      network <<= 8;
      mask <<= 8;
    }
    return address(network, mask);
  }

  private Predicate name(String name) {
    return switch (type()) {
      case HOST -> hosts(name);
      case NET -> {
        if (options.nameResolver() == null) {
          throw unresolved(name);
        }
        yield network(
            options
                .nameResolver()
                .network(name)
                .orElseThrow(() -> SyntaxFault.at(span, "unknown network '" + name + "'")));
      }
      case PORT -> {
        ServicePorts ports = new ServicePorts(portProtocol(), span);
        ServicePorts.Range range = ports.single(name);
        yield ports(range.protocol(), range.first(), range.last());
      }
      case PORTRANGE -> {
        ServicePorts ports = new ServicePorts(portProtocol(), span);
        ServicePorts.Range range = ports.range(name);
        yield ports(range.protocol(), range.first(), range.last());
      }
      case PROTO ->
          ProtocolPredicates.numbered(layout, qualifiers.protocol(), protocolNumber(name), span);
      case PROTOCHAIN ->
          HeaderChain.contains(
              layout, variables, qualifiers.protocol(), protocolNumber(name), span);
    };
  }

  private Predicate ipv4(Literal.Ipv4 literal) {
    Type type = type();
    if (qualifiers.protocol() == Protocol.DECNET && type != Type.PORT && type != Type.PORTRANGE) {
      return HostPredicates.decnet(
          layout, Addresses.decnet(literal.text(), span), qualifiers.direction(), span);
    }
    addressExpected("an IPv4 address");
    Addresses.Ipv4 parsed = Addresses.ipv4(literal.text(), span);
    int address = parsed.promoted();
    if (literal.mask() == null && literal.prefix().isEmpty()) {
      return address(address, parsed.mask());
    }
    if (type != Type.NET) {
      throw SyntaxFault.at(span, "only a network has a mask").fix("write 'net' before it");
    }
    int mask = mask(literal);
    if ((address & ~mask) != 0) {
      throw SyntaxFault.at(span, "the network has bits set outside its mask")
          .fix(
              "write 'net "
                  + PredicateText.ipv4(address & mask)
                  + "/"
                  + Integer.bitCount(mask)
                  + "'");
    }
    return address(address, mask);
  }

  private int mask(Literal.Ipv4 literal) {
    if (literal.mask() != null) {
      return Addresses.ipv4(literal.mask(), span).promoted();
    }
    return prefixMask(literal.prefix().orElse(32), 32);
  }

  private int prefixMask(int prefix, int most) {
    if (Integer.compareUnsigned(prefix, most) > 0) {
      throw SyntaxFault.at(span, "a prefix has at most " + most + " bits")
          .expecting("a length from 0 to " + most);
    }
    return prefix == 0 ? 0 : -1 << (32 - prefix);
  }

  private Predicate ipv6(Literal.Ipv6 literal) {
    addressExpected("an IPv6 address");
    int[] address = Addresses.ipv6(literal.text(), span);
    int prefix = literal.prefix().orElse(128);
    if (Integer.compareUnsigned(prefix, 128) > 0) {
      throw SyntaxFault.at(span, "a prefix has at most 128 bits")
          .expecting("a length from 0 to 128");
    }
    int[] mask = new int[4];
    for (int i = 0; i < 4; i++) {
      mask[i] = prefixMask(Math.clamp(prefix - 32L * i, 0, 32), 32);
      if ((address[i] & ~mask[i]) != 0) {
        throw SyntaxFault.at(span, "the network has bits set outside its prefix")
            .fix("write 'host' for one address, or zeros after the first " + prefix + " bits");
      }
    }
    if (type() != Type.NET && prefix != 128) {
      throw SyntaxFault.at(span, "only a network has a prefix").fix("write 'net' before it");
    }
    return address(address, mask);
  }

  private Predicate address(int[] address, int[] mask) {
    Protocol protocol = qualifiers.protocol();
    if (protocol != null && protocol != Protocol.IP6) {
      throw SyntaxFault.at(span, "'" + protocol.word() + "' has no IPv6 addresses")
          .fix("write 'ip6' instead, or nothing");
    }
    return HostPredicates.ipv6(layout, address, mask, qualifiers.direction(), span);
  }

  // As libpcap does with the result of getaddrinfo(3): addresses of the other family are skipped;
  // if none is left, the name is unknown.
  private Predicate hosts(String name) {
    Protocol protocol = qualifiers.protocol();
    if (protocol == Protocol.LINK
        || protocol == Protocol.DECNET
        || options.nameResolver() == null) {
      throw unresolved(name);
    }
    List<Predicate> any = new ArrayList<>();
    for (InetAddress address : options.nameResolver().hosts(name)) {
      ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
      if (address instanceof Inet4Address && protocol != Protocol.IP6) {
        any.add(address(bytes.getInt(), -1));
      } else if (address instanceof Inet6Address && protocol != Protocol.IP) {
        int[] words = {bytes.getInt(), bytes.getInt(), bytes.getInt(), bytes.getInt()};
        any.add(address(words, new int[] {-1, -1, -1, -1}));
      }
    }
    if (any.isEmpty()) {
      throw SyntaxFault.at(
          span,
          "unknown host '" + name + "'" + (protocol == null ? "" : " for " + protocol.word()));
    }
    return Predicate.joined(any, false);
  }

  private Predicate mac(String text) {
    if (qualifiers.protocol() != Protocol.LINK || type() != Type.HOST) {
      throw SyntaxFault.at(span, "a MAC address needs 'ether' before it")
          .fix("write 'ether host " + text + "'");
    }
    if (layout.framing() != HeaderLayout.Framing.ETHERNET
        && layout.framing() != HeaderLayout.Framing.SKB) {
      throw SyntaxFault.at(span, "a MAC address needs an Ethernet header");
    }
    return HostPredicates.mac(layout, Addresses.mac(text), qualifiers.direction());
  }

  private Predicate address(int address, int mask) {
    Protocol protocol = qualifiers.protocol();
    if (protocol == null) {
      return HostPredicates.ipv4(layout, address, mask, qualifiers.direction(), span);
    }
    return switch (protocol) {
      case IP, ARP, RARP -> {
        int etherType =
            switch (protocol) {
              case ARP -> EtherTypes.ARP;
              case RARP -> EtherTypes.RARP;
              default -> EtherTypes.IP;
            };
        yield HostPredicates.ipv4(layout, etherType, address, mask, qualifiers.direction(), span);
      }
      case DECNET -> HostPredicates.decnet(layout, address & 0xffff, qualifiers.direction(), span);
      case LINK ->
          throw SyntaxFault.at(span, "this is not a link-layer address")
              .expecting("a MAC address such as 00:1b:21:3c:4d:5e after 'ether'")
              .fix("write 'host' without 'ether'");
      default ->
          throw SyntaxFault.at(span, "'" + protocol.word() + "' has no IPv4 addresses")
              .fix(
                  protocol == Protocol.IP6
                      ? "write 'ip' instead, or nothing"
                      : "write '" + protocol.word() + " and' and then the host or network");
    };
  }

  private Predicate ports(OptionalInt protocol, int first, int last) {
    int low = Integer.compareUnsigned(first, last) <= 0 ? first : last;
    int high = low == first ? last : first;
    if (Integer.compareUnsigned(high, 65535) > 0) {
      throw SyntaxFault.at(span, "a port is at most 65535");
    }
    return PortPredicates.ports(layout, protocol, low, high, qualifiers.direction(), span);
  }

  private OptionalInt portProtocol() {
    Protocol protocol = qualifiers.protocol();
    if (protocol == null) {
      return OptionalInt.empty();
    }
    return switch (protocol) {
      case TCP -> OptionalInt.of(PortPredicates.TCP);
      case UDP -> OptionalInt.of(PortPredicates.UDP);
      case SCTP -> OptionalInt.of(PortPredicates.SCTP);
      default ->
          throw SyntaxFault.at(span, "'" + protocol.word() + "' has no ports")
              .expecting("'tcp', 'udp', 'sctp' or nothing before 'port'");
    };
  }

  private int protocolNumber(String name) {
    Protocol outer = qualifiers.protocol();
    int number = -1;
    if ((outer == null || outer == Protocol.IP6) && name.equals("icmp6")) {
      // Not in libpcap, which has the keyword but not the name.
      number = 58;
    } else if (outer == null || outer == Protocol.IP || outer == Protocol.IP6) {
      number = ProtocolNumbers.number(name).orElse(-1);
    } else if (outer == Protocol.LINK) {
      number = linkProtocol(name);
    } else if (outer == Protocol.ISO) {
      number = ProtocolPredicates.osi(name);
    }
    if (number < 0) {
      throw SyntaxFault.at(span, "unknown protocol '" + name + "'")
          .expecting("a number, or the name of a protocol such as 'tcp', 'udp' or 'icmp'");
    }
    return number;
  }

  private static int linkProtocol(String name) {
    return switch (name) {
      case "ip" -> EtherTypes.IP;
      case "ip6" -> EtherTypes.IP6;
      case "arp" -> EtherTypes.ARP;
      case "rarp" -> EtherTypes.RARP;
      case "atalk" -> EtherTypes.ATALK;
      case "aarp" -> EtherTypes.AARP;
      case "decnet" -> EtherTypes.DECNET;
      case "lat" -> EtherTypes.LAT;
      case "sca" -> EtherTypes.SCA;
      case "mopdl" -> EtherTypes.MOPDL;
      case "moprc" -> EtherTypes.MOPRC;
      case "loopback" -> 0x9000;
      // Not in libpcap: the slow protocols and LLDP (IEEE 802).
      case "slow" -> 0x8809;
      case "lldp" -> 0x88cc;
      case "iso" -> EtherTypes.SAP_OSI;
      case "stp" -> EtherTypes.SAP_STP;
      case "ipx" -> EtherTypes.SAP_IPX;
      case "netbeui" -> EtherTypes.SAP_NETBEUI;
      default -> -1;
    };
  }

  private void addressExpected(String what) {
    switch (type()) {
      case HOST, NET -> {}
      case PORT, PORTRANGE, PROTO, PROTOCHAIN ->
          throw SyntaxFault.at(span, "'" + type().word() + "' does not take " + what)
              .fix("write 'host' or 'net' before an address");
    }
  }

  private Type type() {
    @Nullable Type written = qualifiers.type();
    return written == null ? Type.HOST : written;
  }

  private SyntaxFault unresolved(String name) {
    SyntaxFault fault =
        SyntaxFault.at(span, "'" + name + "' is a name, and there is no resolver for names");
    Protocol protocol = qualifiers.protocol();
    if (protocol == Protocol.LINK) {
      return fault.expecting("a MAC address such as 00:1b:21:3c:4d:5e");
    }
    if (protocol == Protocol.DECNET) {
      return fault.expecting("an area and a node, such as 1.10");
    }
    return fault
        .expecting("an address such as 10.0.0.1 or 2001:db8::1")
        .fix("write the address, or compile with FilterOptions.Builder.nameResolver ('--resolve')");
  }
}
