package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfProgram;
import io.dropwatch.bpf.PerfRing;
import io.dropwatch.bpf.ProgramInfo;
import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.bpf.Wakeup;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A program of any object on kfree_skb; its perf ring, if it has one, woken for each event. */
final class ObjectWatched implements Watched {
  private final BpfObject object;
  private final BpfProgram program;
  private final @Nullable PerfRing ring;
  private final Thread reader;
  private volatile boolean ending;

  /**
   * @param ringMap the map of its perf ring; empty: it has none
   */
  ObjectWatched(BpfObject object, String name, String ringMap) {
    this.object = object;
    for (String each : object.programNames()) {
      object.program(each).autoload(each.equals(name));
    }
    object.load();
    program = object.program(name);
    ring =
        ringMap.isEmpty()
            ? null
            : PerfRing.open(object.map(ringMap), 1 << 20, new Wakeup.AfterRecords(1));
    var _ = program.attach();
    reader = Thread.ofPlatform().daemon().name("reader").start(this::read);
  }

  /** The first of an object's programs on kfree_skb. */
  static String programOf(BpfObject object) {
    return object.programNames().stream()
        .filter(each -> object.program(each).section().endsWith("kfree_skb"))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(object.name() + " has no program on kfree_skb"));
  }

  private void read() {
    PerfRing toRead = ring;
    while (toRead != null && !ending) {
      var _ = toRead.poll(Duration.ofMillis(10), Ignored.INSTANCE);
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
