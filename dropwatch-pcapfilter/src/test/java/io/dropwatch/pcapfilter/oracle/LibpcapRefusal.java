package io.dropwatch.pcapfilter.oracle;

/** libpcap does not accept the expression; the message has its own words. */
public final class LibpcapRefusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String words;

  LibpcapRefusal(String expression, String words) {
    super("libpcap refuses \"" + expression + "\": " + words);
    this.words = words;
  }

  /** What {@code pcap_geterr} said. */
  public String words() {
    return words;
  }
}
