package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.predicate.PacketView;

/**
 * A filter for the bytes of packets, in tcpdump's filter language, pcap-filter(7).
 *
 * <pre>{@code
 * PcapFilter filter = PcapFilter.compile("tcp port 80 or 443", LinkType.ETHERNET);
 * boolean match = filter.matches(packetBytes, wireLength);
 * }</pre>
 *
 * <p>Verdicts are those of libpcap 1.10.3 without optimization, on full and on truncated packets.
 * Names of services and protocols come from a table of this library, so that an expression means
 * the same on every machine; names of hosts and networks are only resolved by the resolver in
 * {@link FilterOptions}.
 */
public final class PcapFilter extends Filter {
  private final LinkType linkType;

  private PcapFilter(Compilation compilation, LinkType linkType) {
    super(compilation);
    this.linkType = linkType;
  }

  /**
   * Compiles an expression with {@link FilterOptions#DEFAULT}. The empty expression matches every
   * packet.
   *
   * @throws FilterSyntaxException if the expression is not a filter for packets of this link type
   */
  public static PcapFilter compile(String expression, LinkType linkType) {
    return compile(expression, linkType, FilterOptions.DEFAULT);
  }

  /**
   * Compiles an expression. The empty expression matches every packet.
   *
   * @throws FilterSyntaxException if the expression is not a filter for packets of this link type.
   *     Exceptions of the resolvers in {@code options} are passed on unchanged
   */
  public static PcapFilter compile(String expression, LinkType linkType, FilterOptions options) {
    PacketView view =
        switch (linkType) {
          case ETHERNET -> PacketView.ETHERNET;
          case RAW_IP -> PacketView.RAW_IP;
        };
    return new PcapFilter(Compilation.of(expression, view, options), linkType);
  }

  /** Returns the link type that the filter was compiled for. */
  public LinkType linkType() {
    return linkType;
  }

  /**
   * Returns whether a packet matches.
   *
   * @param packet captured bytes, starting at the header that the link type names
   * @param wireLength length of the packet on the wire in bytes, as an unsigned number
   */
  public boolean matches(byte[] packet, int wireLength) {
    return compiled().matches(packet, 0, wireLength, null);
  }

  /**
   * Returns which primitive of the expression decides on a packet, and what each of them read. The
   * verdict is that of {@link #matches}.
   *
   * @param packet captured bytes, starting at the header that the link type names
   * @param wireLength length of the packet on the wire in bytes, as an unsigned number
   */
  public Explanation explain(byte[] packet, int wireLength) {
    return compilation().explain(packet, 0, wireLength, null);
  }
}
