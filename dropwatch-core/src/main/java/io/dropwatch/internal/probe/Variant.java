package io.dropwatch.internal.probe;

import java.util.List;

/** The programs of the probe's object, of which one is loaded; the best first. */
enum Variant {
  /** As {@link #TYPED}, but loads in a fraction of the time; for kernels with bpf_rdonly_cast. */
  CAST("dropwatch_cast"),
  /** On tp_btf/kfree_skb: plain loads through typed pointers, no tracefs. */
  TYPED("dropwatch_typed"),
  /** On tracepoint/skb/kfree_skb: a helper call for each load. */
  CLASSIC("dropwatch_classic");

  private final String program;

  Variant(String program) {
    this.program = program;
  }

  /** Those that the running kernel may take, in the order to try them. */
  static List<Variant> candidates() {
    return KernelFacts.running().canCast() ? List.of(values()) : List.of(TYPED, CLASSIC);
  }

  String program() {
    return program;
  }
}
