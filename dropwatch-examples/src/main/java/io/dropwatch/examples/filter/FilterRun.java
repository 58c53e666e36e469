package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.Explanation;
import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Model.CommandSpec;

/** One expression, compiled for each link type that a packet comes with. */
final class FilterRun {
  private final CommandSpec command;
  private final ExpressionInput text;
  private final Map<LinkName, Filter> filters = new EnumMap<>(LinkName.class);

  FilterRun(CommandSpec command, ExpressionInput text) {
    this.command = command;
    this.text = text;
  }

  boolean matches(CapturedPacket packet) throws IOException {
    return switch (filter(packet)) {
      case SkbFilter filter -> filter.matches(skb(packet));
      case PcapFilter filter -> filter.matches(packet.bytes(), packet.wireLength());
    };
  }

  Explanation explain(CapturedPacket packet) throws IOException {
    return switch (filter(packet)) {
      case SkbFilter filter -> filter.explain(skb(packet));
      case PcapFilter filter -> filter.explain(packet.bytes(), packet.wireLength());
    };
  }

  private Filter filter(CapturedPacket packet) throws IOException {
    LinkName link = Objects.requireNonNullElse(text.link(), LinkName.of(packet.linkType()));
    Filter filter = filters.get(link);
    if (filter == null) {
      filter = text.compile(command, link);
      filters.put(link, filter);
    }
    return filter;
  }

  /** The packet as the probe would see it if it were received now, without a device. */
  private static SkbPacket skb(CapturedPacket packet) {
    return SkbPacket.builder()
        .packet(packet.linkType(), packet.bytes(), packet.wireLength())
        .build();
  }
}
