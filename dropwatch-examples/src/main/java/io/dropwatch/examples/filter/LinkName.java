package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.LinkType;

/** What {@code --link} takes. */
enum LinkName {
  ethernet(LinkType.ETHERNET),
  raw(LinkType.RAW_IP),
  skb(LinkType.SKB);

  private final LinkType linkType;

  LinkName(LinkType linkType) {
    this.linkType = linkType;
  }

  LinkType linkType() {
    return linkType;
  }
}
