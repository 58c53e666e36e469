package io.dropwatch.internal.probe;

/** The variants of the program on tp_btf/kfree_skb, the cheapest first. One of them is loaded. */
public enum Variant {
  /**
   * As {@link #CAST}, but the filter reads the packet in place; only packets that it matches are
   * copied. Needs a verifier that allows loads from any address (Linux 6.17).
   */
  IN_PLACE("in_place"),
  /** As {@link #TYPED}, but loads and runs much faster. Needs bpf_rdonly_cast (Linux 6.2). */
  CAST("cast"),
  /** Plain loads through the BTF pointers of the tracepoint (Linux 5.5). */
  TYPED("typed");

  private static final String STREAMING = "dropwatch_";
  private static final String COUNTING = "dropwatch_count_";

  private final String name;

  Variant(String name) {
    this.name = name;
  }

  /** Returns the program that writes records. */
  String program() {
    return STREAMING + name;
  }

  /** Returns the program that counts. */
  String countingProgram() {
    return COUNTING + name;
  }

  /** Returns the program on devlink_trap_report, which works with any variant. */
  static String trapProgram() {
    return STREAMING + "trap";
  }

  /** Returns the counting program on devlink_trap_report. */
  static String countingTrapProgram() {
    return COUNTING + "trap";
  }

  /** Returns the program that finds the ORC tables; it is run once after loading. */
  static String tablesProgram() {
    return STREAMING + "find_orc_tables";
  }

  /** Returns whether the program walks stacks itself, if there are ORC tables. */
  boolean walksStacks() {
    return this == IN_PLACE || this == CAST;
  }
}
