package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Collects what a ring delivers, as text. */
class CollectingConsumer implements RingConsumer {
  final List<String> records = new ArrayList<>();

  void add(String text) {
    records.add(text);
  }

  @Override
  public void record(int cpu, MemorySegment payload) {
    add(SyntheticRing.text(payload.toArray(ValueLayout.JAVA_BYTE)));
  }

  @Override
  public void lost(int cpu, long count) {
    add("lost " + count);
  }
}
