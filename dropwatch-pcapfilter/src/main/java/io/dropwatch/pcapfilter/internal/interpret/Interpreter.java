package io.dropwatch.pcapfilter.internal.interpret;

import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Area;
import java.util.HashMap;
import java.util.Map;

/** Walks a predicate over one packet. */
public final class Interpreter {
  private final SkbPacket packet;
  private final Map<Quantity.Variable, Integer> variables = new HashMap<>();

  private Interpreter(SkbPacket packet) {
    this.packet = packet;
  }

  /** Thrown through the walk when a read or a division rejects the whole packet. */
  private static final class Rejected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Rejected() {
      super("rejected", null, false, false);
    }
  }

  /** Whether the packet satisfies the predicate. */
  public static boolean matches(Predicate predicate, SkbPacket packet) {
    try {
      return new Interpreter(packet).test(predicate);
    } catch (Rejected _) {
      return false;
    }
  }

  private boolean test(Predicate predicate) {
    return switch (predicate) {
      case Predicate.Always(boolean outcome) -> outcome;
      case Predicate.Compare compare -> {
        int left = value(compare.left());
        yield compare.relation().holds(left, value(compare.right()));
      }
      case Predicate.Not not -> !test(not.operand());
      case Predicate.Chain chain -> chain(chain);
      case Predicate.Define define -> {
        variables.put(define.variable(), value(define.number()));
        yield true;
      }
      case Predicate.Primitive primitive -> test(primitive.meaning());
    };
  }

  private boolean chain(Predicate.Chain chain) {
    boolean outcome = test(chain.operands().getFirst());
    for (int i = 1; i < chain.operands().size(); i++) {
      if (outcome == chain.conjunctions().get(i - 1)) {
        outcome = test(chain.operands().get(i));
      }
    }
    return outcome;
  }

  private int value(Quantity quantity) {
    return switch (quantity) {
      case Quantity.Constant(int value) -> value;
      case Quantity.WireLength _ -> packet.wireLength();
      case Quantity.Metadata(var field) -> metadata(field);
      case Quantity.Variable variable -> variables.getOrDefault(variable, 0);
      case Quantity.Binary binary -> {
        int left = value(binary.left());
        Integer result = binary.operator().apply(left, value(binary.right()));
        if (result == null) {
          throw new Rejected();
        }
        yield result;
      }
      case Quantity.Load load -> load(load);
    };
  }

  private int metadata(MetadataField field) {
    return switch (field) {
      case MAC_LENGTH -> packet.macLength();
      case PROTOCOL -> packet.protocol();
      case VLAN_TCI -> packet.vlanTci();
      case VLAN_PROTOCOL -> packet.vlanProtocol();
      case PACKET_TYPE -> packet.packetType();
      case INTERFACE_INDEX -> packet.interfaceIndex();
    };
  }

  private int load(Quantity.Load load) {
    int index = load.index() == null ? 0 : value(load.index());
    long at = Integer.toUnsignedLong(index) + Integer.toUnsignedLong(load.offset());
    byte[] bytes = packet.bytes();
    if (load.area() == Area.MAC) {
      if (packet.macLength() == 0) {
        throw new Rejected();
      }
    } else {
      at += packet.macLength();
    }
    if (at + load.size() > bytes.length) {
      throw new Rejected();
    }
    int value = 0;
    for (int i = 0; i < load.size(); i++) {
      value = (value << 8) | (bytes[(int) at + i] & 0xff);
    }
    return value;
  }
}
