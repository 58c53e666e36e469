package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A node of the syntax tree: a condition. */
public sealed interface Expression {

  /** Returns where it is in the expression. */
  Span span();

  /** The word between two operands of a chain. */
  enum Connective {
    /** Both. */
    AND,
    /** Either. */
    OR
  }

  /** The empty expression, which every packet matches. */
  record Everything(Span span) implements Expression {}

  /**
   * Operands joined from left to right: {@code a and b or c} is {@code (a and b) or c}.
   *
   * @param operands two or more
   * @param connectives one fewer; {@code connectives[i]} stands before {@code operands[i + 1]}
   * @param span all of it
   */
  record Chain(List<Expression> operands, List<Connective> connectives, Span span)
      implements Expression {
    /** Copies the lists. */
    public Chain {
      operands = List.copyOf(operands);
      connectives = List.copyOf(connectives);
    }
  }

  /** {@code not}. */
  record Not(Expression operand, Span span) implements Expression {}

  /** Parentheses. */
  record Group(Expression inner, Span span) implements Expression {}

  /** A qualifier and the values it applies to: {@code tcp dst port (80 or 443)}. */
  record Qualified(Qualifiers qualifiers, Expression values, Span span) implements Expression {}

  /** A value; outside {@link Qualified} it inherits the qualifiers of the primitive before it. */
  record Value(Literal literal, Span span) implements Expression {}

  /** A condition that is complete in itself: it neither inherits qualifiers nor passes them on. */
  sealed interface Primitive extends Expression {}

  /** A protocol name that stands alone: {@code tcp}. */
  record ProtocolName(Protocol protocol, Span span) implements Primitive {}

  /** A comparison of two numbers: {@code tcp[13] & 2 != 0}. */
  record Relation(Arithmetic left, Comparison comparison, Arithmetic right, Span span)
      implements Primitive {}

  /** {@code [protocol] broadcast}. */
  record Broadcast(@Nullable Protocol protocol, Span span) implements Primitive {}

  /** {@code [protocol] multicast}. */
  record Multicast(@Nullable Protocol protocol, Span span) implements Primitive {}

  /** {@code less N}: at most N bytes on the wire. */
  record Less(int length, Span span) implements Primitive {}

  /** {@code greater N}: at least N bytes on the wire. */
  record Greater(int length, Span span) implements Primitive {}

  /** {@code byte I op V}, with {@code =}, {@code <} or {@code >}. */
  record ByteTest(int offset, Comparison comparison, int value, Span span) implements Primitive {}

  /** {@code inbound} or {@code outbound}. */
  record Direction(boolean outbound, Span span) implements Primitive {}

  /** {@code ifindex N}. */
  record InterfaceIndex(int index, Span span) implements Primitive {}

  /** {@code ifname NAME}. */
  record InterfaceName(String name, Span span) implements Primitive {}

  /** {@code vlan [id]}, {@code mpls [label]}, {@code pppoes [session]} and similar. */
  record Encapsulation(Kind kind, OptionalInt number, Span span) implements Primitive {
    /** Which header. */
    public enum Kind {
      /** 802.1Q, 802.1ad or QinQ tag. */
      VLAN("vlan"),
      /** MPLS label stack entry. */
      MPLS("mpls"),
      /** PPPoE discovery. */
      PPPOE_DISCOVERY("pppoed"),
      /** PPPoE session. */
      PPPOE_SESSION("pppoes"),
      /** Geneve, RFC 8926. */
      GENEVE("geneve"),
      /** VXLAN, RFC 7348. */
      VXLAN("vxlan");

      private final String word;

      Kind(String word) {
        this.word = word;
      }

      /** Returns its keyword. */
      public String word() {
        return word;
      }
    }
  }

  /** {@code llc [type]}. */
  record Llc(@Nullable String type, Span span) implements Primitive {}
}
