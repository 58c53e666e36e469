package io.dropwatch.bpf.example;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfRing;
import io.dropwatch.bpf.EventRing;
import io.dropwatch.bpf.KernelSymbols;
import io.dropwatch.bpf.RingConsumer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;

/** Prints the kernel functions that drop packets. */
public final class PrintDrops {
  public static void main(String[] args) throws InterruptedException {
    KernelSymbols symbols = KernelSymbols.load();
    RingConsumer printer =
        new RingConsumer() {
          @Override
          public void record(int cpu, MemorySegment payload) {
            long location = payload.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            System.out.println(symbols.resolve(location));
          }

          @Override
          public void lost(int cpu, long count) {}
        };
    try (BpfObject object = BpfObject.open(Path.of(args[0]))) {
      object.load();
      try (BpfRing ring = BpfRing.open(object.map("drops"), 1)) {
        object.program("report").attach(); // until the object is closed
        while (ring.poll(Duration.ofMillis(500), printer) != EventRing.CLOSED) {}
      }
    } catch (BpfException e) {
      System.err.println(e.code() + ": " + e.getMessage());
    }
  }
}
