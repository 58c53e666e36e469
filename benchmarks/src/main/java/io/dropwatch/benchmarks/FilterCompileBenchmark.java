package io.dropwatch.benchmarks;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Microseconds to compile an expression: to a filter for the JVM, to eBPF, and libpcap's to cBPF.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FilterCompileBenchmark {
  /** The name of the expression, see {@link FilterExpressions}. */
  @Param({"tcp and port 443", "port 53", "32 hosts"})
  public String expression = "";

  private static final byte[] PACKET = new byte[64];

  /** To a {@link PcapFilter}, which generates bytecode at the first packet. */
  @Benchmark
  public PcapFilter jvm() {
    return PcapFilter.compile(FilterExpressions.named(expression), LinkType.ETHERNET);
  }

  /** The same, with the bytecode and the verdict of the first packet. */
  @Benchmark
  public boolean jvmToFirstVerdict() {
    return jvm().matches(PACKET, PACKET.length);
  }

  /** To the eBPF code for the probe. */
  @Benchmark
  public byte[] ebpf() {
    return SkbFilter.compile(FilterExpressions.named(expression)).ebpf().toBytes();
  }

  /** libpcap with its optimizer. */
  @Benchmark
  public int libpcap() {
    try (var filter =
        Libpcap.compile(
            FilterExpressions.named(expression), Libpcap.Dlt.EN10MB, Libpcap.Mode.OPTIMIZED)) {
      return filter.instructionCount();
    }
  }
}
