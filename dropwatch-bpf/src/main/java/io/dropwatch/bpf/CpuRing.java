package io.dropwatch.bpf;

/** The ring of one CPU. For the reader only. */
interface CpuRing extends AutoCloseable {
  /** {@return whose it is} */
  int cpu();

  /**
   * Delivers what was in the ring when it was called.
   *
   * @return how many records were delivered
   */
  int drain(RingConsumer consumer);

  /** {@return how many records of unknown types were passed over} */
  long skipped();

  /** Takes it out of the map and gives its memory back, with what is still in it. */
  @Override
  void close();
}
