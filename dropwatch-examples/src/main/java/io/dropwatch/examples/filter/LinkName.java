package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import org.jspecify.annotations.Nullable;

/** Values of {@code --link}. */
enum LinkName {
  ethernet(LinkType.ETHERNET),
  raw(LinkType.RAW_IP),
  /** The kernel's view, of packets of any link type. */
  skb(null);

  private final @Nullable LinkType linkType;

  LinkName(@Nullable LinkType linkType) {
    this.linkType = linkType;
  }

  static LinkName of(LinkType linkType) {
    return linkType == LinkType.ETHERNET ? ethernet : raw;
  }

  boolean includes(LinkType packets) {
    return linkType == null || linkType == packets;
  }

  Filter compile(String expression, FilterOptions options) {
    return linkType == null
        ? SkbFilter.compile(expression, options)
        : PcapFilter.compile(expression, linkType, options);
  }
}
