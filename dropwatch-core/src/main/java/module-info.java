/** Watches the packets that the Linux kernel drops: the probe, the event, the watcher. */
module io.dropwatch {
  requires transitive io.dropwatch.pcapfilter;
  requires io.dropwatch.bpf;
  requires com.fasterxml.jackson.core;
  requires static transitive org.jspecify;

  exports io.dropwatch;
  exports io.dropwatch.layers;
  exports io.dropwatch.output;
  exports io.dropwatch.model;
}
