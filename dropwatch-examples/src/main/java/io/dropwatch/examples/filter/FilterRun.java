package io.dropwatch.examples.filter;

import io.dropwatch.examples.filter.ExpressionInput.Link;
import io.dropwatch.pcapfilter.Explanation;
import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Applies an expression to packets; compiles it once per link type. */
final class FilterRun {
  private final ExpressionInput expression;
  private final Map<Link, Filter> filters = new EnumMap<>(Link.class);

  FilterRun(ExpressionInput expression) {
    this.expression = expression;
  }

  boolean matches(CapturedPacket packet) throws IOException {
    return switch (filter(packet)) {
      case SkbFilter filter -> filter.matches(packet.toSkb());
      case PcapFilter filter -> filter.matches(packet.bytes(), packet.wireLength());
    };
  }

  Explanation explain(CapturedPacket packet) throws IOException {
    return switch (filter(packet)) {
      case SkbFilter filter -> filter.explain(packet.toSkb());
      case PcapFilter filter -> filter.explain(packet.bytes(), packet.wireLength());
    };
  }

  private Filter filter(CapturedPacket packet) throws IOException {
    Link link = Objects.requireNonNullElse(expression.link(), Link.of(packet));
    Filter filter = filters.get(link);
    if (filter == null) {
      filter = expression.compile(link);
      filters.put(link, filter);
    }
    return filter;
  }
}
