package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.ProgramInfo;

/** A program that is attached to the tracepoint, with the reader of its ring. */
interface Attachment extends AutoCloseable {
  /** {@return the kernel's statistics of the program} */
  ProgramInfo info();

  /** {@return the counters of the program, for people; empty without any} */
  String account();

  @Override
  void close();
}
