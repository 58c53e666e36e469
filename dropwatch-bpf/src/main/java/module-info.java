/** Loads eBPF objects and reads their rings through libbpf, with the Java FFM API. */
module io.dropwatch.bpf {
  requires static transitive org.jspecify;

  exports io.dropwatch.bpf;
}
