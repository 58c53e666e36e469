package io.dropwatch.internal.probe;

/** The two programs of the probe's object. */
enum Variant {
  /** On tp_btf/kfree_skb: plain loads through typed pointers, no tracefs. */
  TYPED("dropwatch_typed"),
  /** On tracepoint/skb/kfree_skb: a helper call for each load. */
  CLASSIC("dropwatch_classic");

  private final String program;

  Variant(String program) {
    this.program = program;
  }

  String program() {
    return program;
  }
}
