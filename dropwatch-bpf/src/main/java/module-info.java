/** Loads eBPF objects and reads their rings through libbpf, on the Java FFM API. */
module io.dropwatch.bpf {
  requires static transitive org.jspecify;

  exports io.dropwatch.bpf;
}
