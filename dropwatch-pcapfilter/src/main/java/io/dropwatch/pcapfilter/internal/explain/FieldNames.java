package io.dropwatch.pcapfilter.internal.explain;

import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Place;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.predicate.PredicateText;
import io.dropwatch.pcapfilter.internal.source.Span;

/**
 * Names the header fields that a primitive reads. A field has a name only if an earlier comparison
 * of the same primitive determined the protocol that the bytes belong to.
 */
final class FieldNames {
  private PacketView view = PacketView.RAW_IP;
  private Place place = new Place(new Span(0, 0), -1, -1);
  private int etherType;

  /**
   * The name of a number and its format.
   *
   * @param text the name, where known, and the position
   * @param kind the format of values
   */
  record Field(String text, Kind kind) {
    String show(int value) {
      return kind.show(value);
    }
  }

  /** Formats of values. */
  enum Kind {
    NUMBER,
    ETHERTYPE,
    PROTOCOL,
    ADDRESS,
    HEX;

    String show(int value) {
      String hex = "0x" + Integer.toHexString(value);
      return switch (this) {
        case NUMBER -> Integer.toUnsignedString(value);
        case HEX -> hex;
        case ADDRESS -> PredicateText.ipv4(value);
        case ETHERTYPE -> hex + named(etherTypeName(value));
        case PROTOCOL -> Integer.toUnsignedString(value) + named(protocolName(value));
      };
    }

    private static String named(String name) {
      return name.isEmpty() ? "" : " (" + name + ")";
    }

    private static String etherTypeName(int type) {
      return switch (type) {
        case EtherTypes.IP -> "IPv4";
        case EtherTypes.IP6 -> "IPv6";
        case EtherTypes.ARP -> "ARP";
        case EtherTypes.RARP -> "RARP";
        case EtherTypes.VLAN, EtherTypes.VLAN_8021AD, EtherTypes.VLAN_QINQ -> "VLAN";
        case EtherTypes.MPLS -> "MPLS";
        case EtherTypes.PPPOE_DISCOVERY -> "PPPoE discovery";
        case EtherTypes.PPPOE_SESSION -> "PPPoE session";
        case 0x88cc -> "LLDP";
        default -> "";
      };
    }

    private static String protocolName(int number) {
      return switch (number) {
        case 0 -> "hop-by-hop options";
        case 1 -> "ICMP";
        case 2 -> "IGMP";
        case 6 -> "TCP";
        case 17 -> "UDP";
        case 43 -> "routing";
        case 44 -> "fragment";
        case 47 -> "GRE";
        case 50 -> "ESP";
        case 51 -> "AH";
        case 58 -> "ICMPv6";
        case 60 -> "destination options";
        case 132 -> "SCTP";
        default -> "";
      };
    }
  }

  void enter(PacketView packetView, Place where) {
    view = packetView;
    place = where;
    etherType = 0;
  }

  /** Remembers the protocol of the network header if a comparison determines it. */
  void learn(Predicate.Compare compare, boolean holds) {
    if (holds
        && compare.relation() == Relation.EQUAL
        && compare.right() instanceof Operand.Constant(int value)) {
      if (isType(compare.left())) {
        etherType = value;
      } else if (isVersion(compare.left())) {
        etherType = value == 0x40 ? EtherTypes.IP : value == 0x60 ? EtherTypes.IP6 : 0;
      }
    }
  }

  Field name(Operand operand) {
    String where = PredicateText.print(operand);
    if (operand instanceof Operand.WireLength) {
      return new Field("length on the wire", Kind.NUMBER);
    }
    if (isType(operand)) {
      return new Field("ethertype " + where, Kind.ETHERTYPE);
    }
    if (isVersion(operand)) {
      return new Field("IP version " + where, Kind.HEX);
    }
    if (operand instanceof Operand.Load load) {
      return load(load, where);
    }
    if (operand instanceof Operand.Binary(var operator, Operand.Load load, var right)
        && operator == Operator.AND
        && right instanceof Operand.Constant) {
      Field whole = load(load, where);
      return new Field(whole.text(), whole.kind() == Kind.NUMBER ? Kind.HEX : whole.kind());
    }
    boolean bits = operand instanceof Operand.Binary binary && binary.operator() == Operator.AND;
    return new Field(where, bits ? Kind.HEX : Kind.NUMBER);
  }

  private Field load(Operand.Load load, String where) {
    if (load.area() == Area.WINDOW && place.network() >= 0) {
      int at = load.offset() - place.network();
      String name = "";
      if (load.index() == null) {
        name = network(at, load.size());
      } else if (etherType == EtherTypes.IP && isHeaderLength(load.index())) {
        name = transport(at, load.size());
      }
      if (!name.isEmpty()) {
        String text = load.index() == null ? name + " " + where : name;
        return new Field(text, kind(name, load.size()));
      }
    }
    if (link(load)) {
      String name = load.offset() < 6 ? "destination MAC " : "source MAC ";
      return new Field(name + where, Kind.HEX);
    }
    return new Field(where, load.size() == 4 ? Kind.HEX : Kind.NUMBER);
  }

  private boolean link(Operand.Load load) {
    boolean start =
        load.area() == Area.MAC || (view == PacketView.ETHERNET && load.area() == Area.WINDOW);
    return start && load.index() == null && Integer.compareUnsigned(load.offset(), 12) < 0;
  }

  private static Kind kind(String name, int size) {
    if (name.endsWith("address") && size == 4) {
      return Kind.ADDRESS;
    }
    if (name.startsWith("IP protocol") || name.startsWith("next header")) {
      return Kind.PROTOCOL;
    }
    return name.startsWith("fragment") || name.contains("IPv6") ? Kind.HEX : Kind.NUMBER;
  }

  private String network(int at, int size) {
    return switch (etherType) {
      case EtherTypes.IP ->
          switch (at) {
            case 2 -> "total length";
            case 6 -> size == 2 ? "fragment field" : "";
            case 8 -> size == 1 ? "TTL" : "";
            case 9 -> size == 1 ? "IP protocol" : "";
            case 12 -> "source address";
            case 16 -> "destination address";
            default -> "";
          };
      case EtherTypes.IP6 ->
          switch (at) {
            case 6 -> size == 1 ? "next header" : "";
            case 7 -> size == 1 ? "hop limit" : "";
            case 8, 12, 16, 20 -> "IPv6 source part " + ((at - 8) / 4 + 1);
            case 24, 28, 32, 36 -> "IPv6 destination part " + ((at - 24) / 4 + 1);
            case 40 -> size == 1 ? "next header after the fragment header" : transport(0, size);
            case 42 -> transport(2, size);
            default -> "";
          };
      case EtherTypes.ARP, EtherTypes.RARP ->
          switch (at) {
            case 6 -> "ARP operation";
            case 14 -> "sender address";
            case 24 -> "target address";
            default -> "";
          };
      default -> "";
    };
  }

  private static String transport(int at, int size) {
    if (size == 2 && (at == 0 || at == 2)) {
      return at == 0 ? "source port" : "destination port";
    }
    return "";
  }

  private boolean isType(Operand operand) {
    return switch (operand) {
      case Operand.Metadata(MetadataField field) -> field == MetadataField.PROTOCOL;
      case Operand.Load load ->
          place.type() >= 0
              && load.index() == null
              && load.area() == Area.WINDOW
              && load.offset() == place.type()
              && load.size() == 2;
      case Operand.Constant _, Operand.WireLength _, Operand.Variable _, Operand.Binary _ -> false;
    };
  }

  // Without a link-layer header the version field has the protocol.
  private boolean isVersion(Operand operand) {
    return view == PacketView.RAW_IP
        && operand instanceof Operand.Binary(var operator, Operand.Load load, var right)
        && operator == Operator.AND
        && right.equals(Operand.of(0xf0))
        && load.index() == null
        && load.offset() == place.network()
        && load.size() == 1;
  }

  private boolean isHeaderLength(Operand index) {
    return index instanceof Operand.Binary(var shift, Operand low, _)
        && shift == Operator.SHIFT_LEFT
        && low instanceof Operand.Binary(var and, Operand.Load load, _)
        && and == Operator.AND
        && load.index() == null
        && load.offset() == place.network();
  }
}
