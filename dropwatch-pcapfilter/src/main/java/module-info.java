/**
 * Compiles tcpdump's filter language, pcap-filter(7), in pure Java: to a verdict in the JVM and to
 * eBPF.
 */
module io.dropwatch.pcapfilter {
  requires static transitive org.jspecify;

  exports io.dropwatch.pcapfilter;
  exports io.dropwatch.pcapfilter.packet;
}
