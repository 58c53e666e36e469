package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.DeviceResolver;
import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Protocol;
import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Predicates of the frame as a whole: destination, direction, device. */
final class FramePredicates {
  private static final int PACKET_BROADCAST = 1;
  private static final int PACKET_MULTICAST = 2;
  private static final int PACKET_OUTGOING = 4;

  private FramePredicates() {}

  static Predicate broadcast(
      HeaderLayout layout, @Nullable Protocol protocol, FilterOptions options, Span span) {
    if (protocol == Protocol.IP) {
      if (options.netmask() != null) {
        return networkBroadcast(layout, options.netmask(), span);
      }
      throw SyntaxFault.at(span, "'ip broadcast' needs the netmask of the network")
          .fix(
              "write 'dst host' and the broadcast address, or compile with"
                  + " FilterOptions.Builder.netmask ('--netmask')");
    }
    linkLayer(layout, protocol, "broadcast", span);
    Predicate address = LinkPredicates.mac(layout, 0, 0xffff_ffff_ffffL);
    return present(layout, address, packetType(PACKET_BROADCAST));
  }

  // All ones in the host part of the address or, as in 4.2BSD, all zeros.
  private static Predicate networkBroadcast(HeaderLayout layout, Inet4Address netmask, Span span) {
    int hosts = ~ByteBuffer.wrap(netmask.getAddress()).getInt();
    Operand destination = layout.network(16, 4);
    return Predicate.all(
        LinkPredicates.carries(layout, EtherTypes.IP, span),
        Predicate.any(
            Predicate.equal(destination, hosts, 0), Predicate.equal(destination, hosts, hosts)));
  }

  static Predicate multicast(HeaderLayout layout, @Nullable Protocol protocol, Span span) {
    if (protocol == Protocol.IP) {
      return Predicate.all(
          LinkPredicates.carries(layout, EtherTypes.IP, span),
          Predicate.atLeast(layout.network(16, 1), 224));
    }
    if (protocol == Protocol.IP6) {
      return Predicate.all(
          LinkPredicates.carries(layout, EtherTypes.IP6, span),
          Predicate.equal(layout.network(24, 1), 255));
    }
    linkLayer(layout, protocol, "multicast", span);
    Predicate groupBit = Predicate.commonBits(layout.linkHeader().load(0, 1), 1);
    return present(
        layout,
        groupBit,
        Predicate.any(packetType(PACKET_MULTICAST), packetType(PACKET_BROADCAST)));
  }

  static Predicate oneByte(HeaderLayout layout, Expression.ByteTest test) {
    Operand octet = layout.linkHeader().load(test.offset(), 1);
    return switch (test.comparison()) {
      case EQUAL -> Predicate.equal(octet, test.value());
      case GREATER -> Predicate.greater(octet, test.value());
      case LESS -> Predicate.not(Predicate.atLeast(octet, test.value()));
      case NOT_EQUAL, LESS_OR_EQUAL, GREATER_OR_EQUAL ->
          throw new IllegalStateException("the parser knows no such 'byte': " + test);
    };
  }

  static Predicate direction(PacketView view, boolean outbound, Span span) {
    kernelOnly(view, "the direction of a packet", span);
    Predicate outgoing = packetType(PACKET_OUTGOING);
    return outbound ? outgoing : Predicate.not(outgoing);
  }

  static Predicate device(PacketView view, int index, Span span) {
    kernelOnly(view, "the device of a packet", span);
    return Predicate.equal(new Operand.Metadata(MetadataField.IFINDEX), index);
  }

  static Predicate device(PacketView view, String name, FilterOptions options, Span span) {
    kernelOnly(view, "the device of a packet", span);
    DeviceResolver resolver = options.deviceResolver();
    if (resolver == null) {
      throw SyntaxFault.at(
              span, "'" + name + "' is a device name, and there is no resolver for device names")
          .fix(
              "write 'ifindex' and its number, which 'ip link' shows, or compile with"
                  + " FilterOptions.Builder.deviceResolver");
    }
    OptionalInt index = resolver.ifindex(name);
    if (index.isEmpty()) {
      throw SyntaxFault.at(
              span, "there is no network device '" + name + "' in this network namespace")
          .fix("write one that 'ip link' shows, or 'ifindex' and its number");
    }
    return device(view, index.getAsInt(), span);
  }

  private static void kernelOnly(PacketView view, String what, Span span) {
    if (view != PacketView.SKB) {
      throw SyntaxFault.at(span, what + " is not in its bytes, only in the kernel's metadata")
          .fix("compile it with SkbFilter ('--link skb')");
    }
  }

  private static void linkLayer(
      HeaderLayout layout, @Nullable Protocol protocol, String what, Span span) {
    if (protocol != null && protocol != Protocol.LINK) {
      throw SyntaxFault.at(span, "'" + protocol.word() + " " + what + "' is not a condition")
          .expecting("'ether', 'ip' or 'ip6' before it, or nothing");
    }
    if (layout.framing() != HeaderLayout.Framing.ETHERNET
        && layout.framing() != HeaderLayout.Framing.SKB) {
      throw SyntaxFault.at(span, "'" + what + "' needs an Ethernet header")
          .fix("write 'ip " + what + "' or 'ip6 " + what + "'");
    }
  }

  // The kernel's packet type is read only if there is no MAC header.
  private static Predicate present(HeaderLayout layout, Predicate address, Predicate otherwise) {
    Predicate present = LinkPredicates.headerPresent(layout);
    if (present == null) {
      return address;
    }
    Predicate read = Predicate.all(present, address);
    return layout.framing() == HeaderLayout.Framing.SKB
        ? Predicate.any(read, Predicate.all(Predicate.not(present), otherwise))
        : read;
  }

  private static Predicate packetType(int type) {
    return Predicate.equal(new Operand.Metadata(MetadataField.PACKET_TYPE), type);
  }
}
