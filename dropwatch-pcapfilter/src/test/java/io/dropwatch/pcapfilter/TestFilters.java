package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.predicate.PacketView;

/** Filters of either kind by one call, and the interpreter, which users need not know. */
@SuppressWarnings("exports") // PacketView is internal, and so are tests.
public final class TestFilters {
  private TestFilters() {}

  /** Compiles an expression for one view of packets. */
  public static Filter compile(String expression, PacketView view) {
    return compile(expression, view, FilterOptions.DEFAULT);
  }

  /** Compiles an expression for one view of packets. */
  public static Filter compile(String expression, PacketView view, FilterOptions options) {
    return switch (view) {
      case ETHERNET -> PcapFilter.compile(expression, LinkType.ETHERNET, options);
      case RAW_IP -> PcapFilter.compile(expression, LinkType.RAW_IP, options);
      case SKB -> SkbFilter.compile(expression, options);
    };
  }

  /** Returns the interpreter's verdict, whatever {@link PcapFilter#matches} runs. */
  public static boolean interpreted(PcapFilter filter, byte[] packet, int wireLength) {
    return filter.compilation().interpreter().matches(packet, 0, wireLength, null);
  }
}
