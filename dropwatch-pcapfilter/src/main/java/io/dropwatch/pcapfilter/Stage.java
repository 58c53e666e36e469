package io.dropwatch.pcapfilter;

/**
 * Stages of compilation, each with a text form: {@link Filter#dump}. More may be added; a {@code
 * switch} over them should have a default case.
 */
public enum Stage {
  /** The tokens of the expression. */
  TOKENS,
  /** The syntax tree. */
  TREE,
  /** What is compared, with every name and offset resolved. */
  PREDICATE,
  /** The decision graph. */
  GRAPH,
  /** eBPF instructions. */
  EBPF,
  /** Classic BPF instructions, as {@code tcpdump -d} prints them. */
  CLASSIC
}
