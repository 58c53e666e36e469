package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a ring delivers, as text. */
class Heard implements RingConsumer {
  final List<String> said = new ArrayList<>();

  void hear(String what) {
    said.add(what);
  }

  @Override
  public void record(int cpu, MemorySegment payload) {
    hear(SyntheticRing.text(payload.toArray(ValueLayout.JAVA_BYTE)));
  }

  @Override
  public void lost(int cpu, long count) {
    hear("lost " + count);
  }
}
