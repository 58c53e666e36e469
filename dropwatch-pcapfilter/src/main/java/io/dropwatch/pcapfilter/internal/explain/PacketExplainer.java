package io.dropwatch.pcapfilter.internal.explain;

import io.dropwatch.pcapfilter.Explanation.Outcome;
import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.internal.interpret.Interpreter;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records what the interpreter does with one packet. */
public final class PacketExplainer implements Interpreter.Observer {
  private final PacketView view;

  // By place: equal primitives may occur at several places.
  private final Map<Predicate.Place, PrimitiveReadings> asked = new HashMap<>();
  private final FieldNames fields = new FieldNames();
  private @Nullable PrimitiveReadings last;

  private PacketExplainer(PacketView view) {
    this.view = view;
  }

  /** Returns the verdict of the interpreter, with everything that led to it. */
  public static ExplainedPacket explain(
      PacketView view,
      Predicate predicate,
      byte[] bytes,
      int macLength,
      int wireLength,
      @Nullable SkbPacket skb) {
    PacketExplainer explaining = new PacketExplainer(view);
    boolean matches = Interpreter.matches(predicate, bytes, macLength, wireLength, skb, explaining);
    List<Predicate.Primitive> primitives = new ArrayList<>();
    collect(predicate, primitives);
    return new ExplainedPacket(matches, primitives.stream().map(explaining::explained).toList());
  }

  @Override
  public void enter(Predicate.Primitive primitive, boolean negated) {
    last = new PrimitiveReadings(negated);
    asked.put(primitive.place(), last);
    fields.enter(view, primitive.place());
  }

  @Override
  public void compared(Predicate.Compare compare, int left, boolean holds, boolean negated) {
    if (last != null) {
      fields.learn(compare, holds);
      last.add(fields.name(compare.left()), compare, left, holds, negated);
    }
  }

  @Override
  public void leave(boolean outcome) {
    if (last != null) {
      last.outcome(outcome ? Outcome.TRUE : Outcome.FALSE);
    }
  }

  @Override
  public void rejected(String reason) {
    if (last != null) {
      last.reject(reason);
    }
  }

  private ExplainedPacket.Primitive explained(Predicate.Primitive primitive) {
    PrimitiveReadings findings = asked.get(primitive.place());
    Span span = primitive.place().span();
    return findings == null
        ? new ExplainedPacket.Primitive(
            primitive.text(), span, Outcome.NOT_EVALUATED, "not evaluated", List.of(), false)
        : new ExplainedPacket.Primitive(
            primitive.text(),
            span,
            findings.outcome(),
            findings.reason(),
            findings.readings(),
            findings == last);
  }

  private static void collect(Predicate predicate, List<Predicate.Primitive> found) {
    switch (predicate) {
      case Predicate.Primitive primitive -> found.add(primitive);
      case Predicate.Not not -> collect(not.operand(), found);
      case Predicate.Chain chain -> chain.operands().forEach(operand -> collect(operand, found));
      case Predicate.Always _, Predicate.Compare _, Predicate.Define _ -> {}
    }
  }
}
