package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.ProgramInfo;

/** A program on the tracepoint, and whoever reads what it writes. */
interface Watched extends AutoCloseable {
  /** What the kernel has measured of it so far. */
  ProgramInfo info();

  /** What the program itself counted, for people; empty if nothing. */
  String account();

  @Override
  void close();
}
