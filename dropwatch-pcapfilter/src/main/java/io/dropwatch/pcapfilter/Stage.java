package io.dropwatch.pcapfilter;

/** Stages of compilation, each with a text form: {@link PcapFilter#dump}. */
public enum Stage {
  /** The words of the expression. */
  TOKENS,
  /** The syntax tree. */
  TREE,
  /** What is tested, with every name and offset resolved. */
  PREDICATE,
  /** The decision graph. */
  GRAPH,
  /** eBPF instructions. */
  EBPF,
  /** Classic BPF instructions, as {@code tcpdump -d} prints them. */
  CLASSIC
}
