package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Expression.Connective;
import io.dropwatch.pcapfilter.internal.ast.Printer;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Place;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Translates a syntax tree into a predicate, from left to right. Qualifiers and header offsets
 * carry over from one primitive to the next. In the kernel's view a {@code vlan} moves only what
 * {@code and} joins to it; an alternative begins at the tag at which the first one began.
 */
public final class Checker {
  private final PacketView view;
  private final FilterOptions options;
  private final Variables variables = new Variables();
  private HeaderLayout layout;

  private Checker(PacketView view, FilterOptions options) {
    this.view = view;
    this.options = options;
    this.layout =
        switch (view) {
          case ETHERNET -> HeaderLayout.ethernet();
          case RAW_IP -> HeaderLayout.rawIp();
          case SKB -> HeaderLayout.skb();
        };
  }

  /**
   * Returns the predicate of {@code expression} for one view of packets.
   *
   * @throws SyntaxFault if qualifiers, values and view do not fit together
   */
  public static Predicate check(Expression expression, PacketView view, FilterOptions options) {
    return UnusedVariables.without(new Checker(view, options).visit(expression, null).predicate());
  }

  /** Allocates variables. */
  static final class Variables {
    private final Map<HeaderLayout, HeaderLayout> tagged = new HashMap<>();
    private int next;

    /**
     * Returns the layout of the kernel's view after a tag, one for all tags of a level: they are
     * the same tag of a packet, and so are the variables that say where it is.
     */
    HeaderLayout afterTag(HeaderLayout layout) {
      HeaderLayout after = tagged.get(layout);
      if (after == null) {
        after = layout.afterSkbTag(fresh(), fresh());
        tagged.put(layout, after);
      }
      return after;
    }

    Operand.Variable fresh() {
      return new Operand.Variable(next++, 0xffff_ffffL);
    }
  }

  /**
   * A predicate.
   *
   * @param qualifiers those that a value after it inherits
   * @param whenTrue the layout for what is evaluated after it if it is true
   * @param whenFalse the same if it is false
   */
  private record Visited(
      Predicate predicate,
      @Nullable Qualifiers qualifiers,
      HeaderLayout whenTrue,
      HeaderLayout whenFalse) {}

  private Visited visited(Predicate predicate, @Nullable Qualifiers qualifiers) {
    return new Visited(predicate, qualifiers, layout, layout);
  }

  private Visited visit(Expression e, @Nullable Qualifiers inherited) {
    return switch (e) {
      case Expression.Everything _ -> visited(new Predicate.Always(true), null);
      case Expression.Chain chain -> chain(chain, inherited);
      case Expression.Not not -> {
        Visited operand = visit(not.operand(), inherited);
        yield new Visited(
            Predicate.not(operand.predicate()),
            operand.qualifiers(),
            /* whenTrue= */ operand.whenFalse(),
            /* whenFalse= */ operand.whenTrue());
      }
      case Expression.Group group -> {
        Visited inner = visit(group.inner(), inherited);
        yield new Visited(inner.predicate(), inherited, inner.whenTrue(), inner.whenFalse());
      }
      // A single value and its qualifiers are one primitive.
      case Expression.Qualified qualified ->
          qualified.values() instanceof Expression.Value value
              ? value(value, qualified.qualifiers(), qualified.span())
              : visit(qualified.values(), qualified.qualifiers());
      case Expression.Value value -> value(value, inherited, value.span());
      case Expression.Primitive primitive -> {
        Place place = place(primitive.span());
        HeaderLayout before = layout;
        Predicate meaning = primitive(primitive);
        yield new Visited(
            new Predicate.Primitive(Printer.print(primitive), place, meaning),
            null,
            /* whenTrue= */ layout,
            /* whenFalse= */ layout.hasOneMoreTagThan(before) ? before : layout);
      }
    };
  }

  private Visited chain(Expression.Chain chain, @Nullable Qualifiers inherited) {
    List<Predicate> operands = new ArrayList<>();
    List<Boolean> conjunctions = new ArrayList<>();
    HeaderLayout start = layout;
    Visited known = visit(chain.operands().getFirst(), inherited);
    operands.add(known.predicate());
    for (int i = 1; i < chain.operands().size(); i++) {
      boolean and = chain.connectives().get(i - 1) == Connective.AND;
      layout = and ? known.whenTrue() : start.common(known.whenFalse());
      Visited next = visit(chain.operands().get(i), known.qualifiers());
      operands.add(next.predicate());
      conjunctions.add(and);
      known =
          new Visited(
              next.predicate(),
              next.qualifiers(),
              and ? next.whenTrue() : known.whenTrue().common(next.whenTrue()),
              and
                  ? known.whenFalse().common(next.whenFalse())
                  : known.whenFalse().deeper(next.whenFalse()));
    }
    return new Visited(
        new Predicate.Chain(operands, conjunctions),
        known.qualifiers(),
        known.whenTrue(),
        known.whenFalse());
  }

  private Visited value(Expression.Value value, @Nullable Qualifiers qualifiers, Span whole) {
    if (qualifiers == null) {
      throw SyntaxFault.at(
              value.span(), "a value alone inherits the qualifiers before it, and there are none")
          .expecting("'host', 'net', 'port' or another qualifier before it");
    }
    Predicate meaning =
        new ValueChecker(layout, variables, qualifiers, options, value.span())
            .check(value.literal());
    String text = qualifiers.words() + " " + Printer.print(value);
    return visited(new Predicate.Primitive(text, place(whole), meaning), qualifiers);
  }

  private Place place(Span span) {
    return new Place(span, fixed(layout.typePosition()), fixed(layout.networkPosition()));
  }

  private static int fixed(@Nullable Position position) {
    return position == null || position.base() != null || position.area() != Operand.Area.WINDOW
        ? -1
        : position.offset();
  }

  private Predicate primitive(Expression.Primitive primitive) {
    return switch (primitive) {
      case Expression.ProtocolName name ->
          ProtocolPredicates.named(layout, name.protocol(), name.span());
      case Expression.Relation relation -> ArithmeticChecker.relation(layout, relation);
      case Expression.Encapsulation encapsulation -> {
        EncapsulationPredicates.Moved moved =
            EncapsulationPredicates.test(layout, variables, options, encapsulation);
        layout = moved.layout();
        yield moved.predicate();
      }
      case Expression.Broadcast b ->
          FramePredicates.broadcast(layout, b.protocol(), options, b.span());
      case Expression.Multicast m -> FramePredicates.multicast(layout, m.protocol(), m.span());
      case Expression.Less less ->
          Predicate.not(Predicate.greater(ArithmeticChecker.length(layout), less.length()));
      case Expression.Greater greater ->
          Predicate.atLeast(ArithmeticChecker.length(layout), greater.length());
      case Expression.ByteTest test -> FramePredicates.oneByte(layout, test);
      case Expression.Direction direction ->
          FramePredicates.direction(view, direction.outbound(), direction.span());
      case Expression.InterfaceIndex index ->
          FramePredicates.device(view, index.index(), index.span());
      case Expression.InterfaceName name ->
          FramePredicates.device(view, name.name(), options, name.span());
      case Expression.Llc llc -> LlcPredicates.type(layout, llc.type(), llc.span());
    };
  }
}
