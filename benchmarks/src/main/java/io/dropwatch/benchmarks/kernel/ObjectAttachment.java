package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfProgram;
import io.dropwatch.bpf.EventRing;
import io.dropwatch.bpf.PerfRing;
import io.dropwatch.bpf.ProgramInfo;
import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.bpf.Wakeup;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A program of any object on kfree_skb. If it has a ring, a thread drains it and ignores the
 * records.
 */
final class ObjectAttachment implements Attachment {
  private final BpfObject object;
  private final BpfProgram program;
  private final @Nullable EventRing ring;
  private final Thread reader;
  private volatile boolean ending;

  /**
   * @param ring opens the ring after the load; null if there is none
   */
  ObjectAttachment(BpfObject object, String name, @Nullable Function<BpfObject, EventRing> ring) {
    this.object = object;
    for (String each : object.programNames()) {
      object.program(each).autoload(each.equals(name));
    }
    object.load();
    program = object.program(name);
    this.ring = ring == null ? null : ring.apply(object);
    var _ = program.attach();
    reader = Thread.ofPlatform().daemon().name("reader").start(this::read);
  }

  /** {@return a function that opens the perf ring of a map with a wakeup for each record} */
  static Function<BpfObject, EventRing> wakingRing(String map) {
    return object -> PerfRing.open(object.map(map), 1 << 20, Wakeup.afterRecords(1));
  }

  /** {@return the name of the first program on kfree_skb} */
  static String programOf(BpfObject object) {
    return object.programNames().stream()
        .filter(each -> object.program(each).section().endsWith("kfree_skb"))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(object.name() + " has no program on kfree_skb"));
  }

  private void read() {
    EventRing toRead = ring;
    try {
      while (toRead != null && !ending) {
        var _ = toRead.poll(Duration.ofMillis(10), Ignored.INSTANCE);
      }
    } catch (InterruptedException _) {
      // Nothing interrupts the reader.
    }
  }

  private enum Ignored implements RingConsumer {
    INSTANCE;

    @Override
    public void record(int cpu, MemorySegment payload) {}

    @Override
    public void lost(int cpu, long count) {}
  }

  @Override
  public ProgramInfo info() {
    return program.info();
  }

  @Override
  public String account() {
    return "";
  }

  @Override
  public void close() {
    ending = true;
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ring != null) {
      ring.close();
    }
    object.close();
  }
}
