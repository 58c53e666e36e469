package io.dropwatch.internal.probe;

/** The ways in which the probe runs, of which one is loaded; the cheapest first. */
public enum Variant {
  /**
   * As {@link #CAST}, and the filter reads the packet where it lies; only what it accepts is
   * copied. For verifiers that let a program follow any address (Linux 6.17).
   */
  IN_PLACE("in_place"),
  /**
   * As {@link #TYPED}, but loads and runs in a fraction of the time; for kernels with
   * bpf_rdonly_cast (Linux 6.2).
   */
  CAST("cast"),
  /** On tp_btf/kfree_skb: plain loads through typed pointers, no tracefs. */
  TYPED("typed");

  private static final String STREAMING = "dropwatch_";
  private static final String COUNTING = "dropwatch_count_";

  private final String name;

  Variant(String name) {
    this.name = name;
  }

  /** The program that writes records. */
  String program() {
    return STREAMING + name;
  }

  /** The program that counts. */
  String countingProgram() {
    return COUNTING + name;
  }

  /** The program that watches drops by devices, beside any variant. */
  static String trapProgram() {
    return STREAMING + "trap";
  }

  /** The same, counting. */
  static String countingTrapProgram() {
    return COUNTING + "trap";
  }

  /** The program that finds by what stacks are walked, run once before one that walks. */
  static String tablesProgram() {
    return STREAMING + "find_orc_tables";
  }

  /** Whether the probe walks stacks itself, where the kernel tells by what. */
  boolean walksStacks() {
    return this == IN_PLACE || this == CAST;
  }
}
