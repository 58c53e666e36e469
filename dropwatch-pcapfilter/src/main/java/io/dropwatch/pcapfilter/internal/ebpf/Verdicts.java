package io.dropwatch.pcapfilter.internal.ebpf;

/** Ways to get the verdict into r0; which one is shortest depends on the filter. */
enum Verdicts {
  /** r0 is 0 from the start, and 1 where a packet is accepted. */
  ZERO_FIRST,
  /** The same, but a comparison right before the verdict leaves its difference in r0. */
  COMPUTED,
  /**
   * r0 holds numbers as the other registers do, and 0 where a packet is rejected. Behind a
   * comparison that tells that such a number is not 0, accepting takes no instruction.
   */
  ZERO_LAST
}
