package io.dropwatch.bpf;

import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/** Tells which CPUs run, whenever they have changed. For one thread. */
interface CpuChanges extends Closeable {
  /** {@return the CPUs that run now, ascending; null when they are those of the last answer} */
  int @Nullable [] next();

  @Override
  void close();
}
