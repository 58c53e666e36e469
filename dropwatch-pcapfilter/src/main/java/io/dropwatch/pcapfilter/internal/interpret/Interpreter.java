package io.dropwatch.pcapfilter.internal.interpret;

import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.internal.predicate.MetadataField;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Evaluates a predicate for one packet. */
public final class Interpreter {
  private final byte[] bytes;
  private final int macLength;
  private final int wireLength;
  private final @Nullable SkbPacket skb;
  private final @Nullable Observer observer;
  private boolean negated;
  private final Map<Operand.Variable, Integer> variables = new HashMap<>();

  private Interpreter(
      byte[] bytes,
      int macLength,
      int wireLength,
      @Nullable SkbPacket skb,
      @Nullable Observer observer) {
    this.bytes = bytes;
    this.macLength = macLength;
    this.wireLength = wireLength;
    this.skb = skb;
    this.observer = observer;
  }

  /** Called for each step of an evaluation, in order. */
  public interface Observer {
    /** A primitive is evaluated next. */
    void enter(Predicate.Primitive primitive, boolean negated);

    /** The primitive has a result; not called if it rejects the packet. */
    void leave(boolean outcome);

    /**
     * Two numbers were read and compared.
     *
     * @param negated whether the comparison is inside an odd number of {@code not}
     */
    void compared(Predicate.Compare compare, int left, boolean holds, boolean negated);

    /** The packet is rejected, and why. */
    void rejected(String reason);
  }

  /** Thrown when a read or a division rejects the packet. */
  private static final class Rejected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Rejected(String reason) {
      super(reason, null, false, false);
    }
  }

  /**
   * Returns whether the packet satisfies the predicate.
   *
   * @param bytes captured bytes: {@code macLength} bytes of MAC header, then the window
   * @param macLength 14 or 0
   * @param wireLength bytes on the wire from the window's start
   * @param skb the kernel's metadata; null if the predicate reads none
   * @param observer called for each step; null: none
   */
  public static boolean matches(
      Predicate predicate,
      byte[] bytes,
      int macLength,
      int wireLength,
      @Nullable SkbPacket skb,
      @Nullable Observer observer) {
    try {
      return new Interpreter(bytes, macLength, wireLength, skb, observer).test(predicate);
    } catch (Rejected rejected) {
      if (observer != null) {
        observer.rejected(String.valueOf(rejected.getMessage()));
      }
      return false;
    }
  }

  private boolean test(Predicate predicate) {
    return switch (predicate) {
      case Predicate.Always(boolean outcome) -> outcome;
      case Predicate.Compare compare -> {
        int left = value(compare.left());
        boolean holds = compare.relation().holds(left, value(compare.right()));
        if (observer != null) {
          observer.compared(compare, left, holds, negated);
        }
        yield holds;
      }
      case Predicate.Not not -> {
        negated = !negated;
        boolean outcome = !test(not.operand());
        negated = !negated;
        yield outcome;
      }
      case Predicate.Chain chain -> chain(chain);
      case Predicate.Define define -> {
        variables.put(define.variable(), value(define.number()));
        yield true;
      }
      case Predicate.Primitive primitive -> primitive(primitive);
    };
  }

  private boolean primitive(Predicate.Primitive primitive) {
    if (observer == null) {
      return test(primitive.meaning());
    }
    observer.enter(primitive, negated);
    boolean outcome = test(primitive.meaning());
    observer.leave(outcome);
    return outcome;
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

  private int value(Operand operand) {
    return switch (operand) {
      case Operand.Constant(int value) -> value;
      case Operand.WireLength _ -> wireLength;
      case Operand.Metadata(var field) -> metadata(field);
      case Operand.Variable variable -> variables.getOrDefault(variable, 0);
      case Operand.Binary binary -> {
        int left = value(binary.left());
        Integer result = binary.operator().apply(left, value(binary.right()));
        if (result == null) {
          throw new Rejected("a division by zero");
        }
        yield result;
      }
      case Operand.Load load -> load(load);
    };
  }

  private int metadata(MetadataField field) {
    SkbPacket packet = Objects.requireNonNull(skb, "skb");
    return switch (field) {
      case MAC_LENGTH -> packet.macLength();
      case PROTOCOL -> packet.protocol();
      case VLAN_TCI -> packet.vlanTci();
      case VLAN_PROTOCOL -> packet.vlanProtocol();
      case PACKET_TYPE -> packet.packetType();
      case IFINDEX -> packet.ifindex();
    };
  }

  private int load(Operand.Load load) {
    int index = load.index() == null ? 0 : value(load.index());
    long at = Integer.toUnsignedLong(index) + Integer.toUnsignedLong(load.offset());
    if (load.area() == Area.MAC) {
      if (macLength == 0) {
        throw new Rejected("there is no MAC header to read");
      }
    } else {
      at += macLength;
    }
    if (at + load.size() > bytes.length) {
      throw new Rejected(
          "packet too short: needs byte " + (at + load.size() - 1) + ", has " + bytes.length);
    }
    int value = 0;
    for (int i = 0; i < load.size(); i++) {
      value = (value << 8) | (bytes[(int) at + i] & 0xff);
    }
    return value;
  }
}
