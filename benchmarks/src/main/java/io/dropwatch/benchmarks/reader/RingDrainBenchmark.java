package io.dropwatch.benchmarks.reader;

import io.dropwatch.bpf.PrefilledRing;
import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.internal.watch.DeliveryFixture;
import io.dropwatch.internal.watch.DeliveryMode;
import io.dropwatch.output.EventWriter;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.TextWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Nanoseconds and bytes for each event, from a ring full of copies of a real record to a raw
 * listener, an event listener, NDJSON or text. {@code -prof gc} shows the bytes. Needs root, to get
 * a record from the running kernel.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class RingDrainBenchmark {
  private static final int RECORDS = 4096;

  /** The kind of ring. */
  @Param({"perf", "bpf"})
  public String ring = "";

  /** The maximum number of stack frames in the record. */
  @Param({"0", "127"})
  public int frames;

  /** The kind of listener. */
  @Param({"raw", "event", "ndjson", "text"})
  public String listener = "";

  private PrefilledRing records = PrefilledRing.bpf(new byte[8], 1);
  private RingConsumer consumer = DeliveryFixture.consumer(new DeliveryMode.Raw(_ -> {}));
  private long sum;

  /** Gets a record and fills the ring. */
  @Setup(Level.Trial)
  public void fill() throws IOException {
    byte[] record = SampleRecord.of(frames);
    records =
        ring.equals("perf")
            ? PrefilledRing.perf(record, RECORDS)
            : PrefilledRing.bpf(record, RECORDS);
    consumer = DeliveryFixture.consumer(mode());
  }

  private DeliveryMode mode() {
    return switch (listener) {
      case "raw" ->
          new DeliveryMode.Raw(raw -> sum += raw.location() + raw.reason() + raw.packetByte(0));
      case "event" ->
          new DeliveryMode.Events(event -> sum += event.location() + event.packetLength(), null);
      default -> {
        SinkStream stream = new SinkStream();
        EventWriter writer =
            listener.equals("ndjson") ? new JsonWriter(stream) : new TextWriter(stream);
        yield new DeliveryMode.Events(writer::write, null);
      }
    };
  }

  /** Drains the ring. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public long drain() {
    if (records.drain(consumer) != RECORDS) {
      throw new IllegalStateException("the ring was not drained");
    }
    return sum;
  }

  /** Discards the bytes, but reads some, so that they must be written. */
  private final class SinkStream extends OutputStream {
    @Override
    public void write(int value) {
      sum++;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
      sum += buffer[offset] + (long) length;
    }
  }
}
