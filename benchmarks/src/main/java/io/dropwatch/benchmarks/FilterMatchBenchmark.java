package io.dropwatch.benchmarks;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Nanoseconds per packet: {@link PcapFilter#matches} and libpcap's interpreter over the same
 * packets. libpcap runs its optimized program on native memory. Its number includes the call from
 * Java, which {@link #emptyCallIntoLibpcap} measures alone, with a program of one instruction; the
 * difference is the cost of the interpretation. {@link #emptyFilterInJvm} measures the loop over
 * the packets with the empty filter.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FilterMatchBenchmark {
  private static final int PACKETS = 1024;

  /** The name of the expression, see {@link FilterExpressions}. */
  @Param({"tcp and port 443", "port 53", "32 hosts"})
  public String expression = "";

  /** The name of the packets, see {@link FilterPackets}. */
  @Param({"traffic", "corner cases"})
  public String corpus = "";

  private final byte[][] packets = new byte[PACKETS][];
  private final MemorySegment[] nativePackets = new MemorySegment[PACKETS];
  private final int[] wireLengths = new int[PACKETS];
  private Arena arena = Arena.global();
  private PcapFilter ours = PcapFilter.compile("", LinkType.ETHERNET);
  private final PcapFilter all = PcapFilter.compile("", LinkType.ETHERNET);
  private LibpcapFilter theirs = libpcap("");
  private LibpcapFilter empty = libpcap("");

  /** Compiles on both sides and compares the verdicts once. */
  @Setup(Level.Trial)
  public void compile() {
    arena = Arena.ofConfined();
    List<SamplePacket> judged = FilterPackets.named(corpus, PACKETS);
    for (int i = 0; i < PACKETS; i++) {
      SamplePacket packet = judged.get(i);
      packets[i] = packet.bytes();
      wireLengths[i] = packet.wireLength();
      nativePackets[i] =
          arena.allocate(Math.max(packets[i].length, 1), 8).asSlice(0, packets[i].length);
      nativePackets[i].copyFrom(MemorySegment.ofArray(packets[i]));
    }
    ours = PcapFilter.compile(FilterExpressions.named(expression), LinkType.ETHERNET);
    theirs = libpcap(FilterExpressions.named(expression));
    empty = libpcap("");
    if (jvm() != libpcap()) {
      throw new IllegalStateException(
          "verdicts differ: " + jvm() + " packets match in the JVM, " + libpcap() + " in libpcap");
    }
  }

  /** Frees the native memory. */
  @TearDown(Level.Trial)
  public void close() {
    theirs.close();
    empty.close();
    arena.close();
  }

  /** {@link PcapFilter#matches}. */
  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public int jvm() {
    return hits(ours);
  }

  /** The loop alone, with the empty filter. */
  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public int emptyFilterInJvm() {
    return hits(all);
  }

  /** libpcap's interpreter, called from Java. */
  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public int libpcap() {
    return hits(theirs);
  }

  /** The call alone: a program of one instruction. */
  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public int emptyCallIntoLibpcap() {
    return hits(empty);
  }

  private int hits(PcapFilter filter) {
    int hits = 0;
    for (int i = 0; i < PACKETS; i++) {
      hits += filter.matches(packets[i], wireLengths[i]) ? 1 : 0;
    }
    return hits;
  }

  private int hits(LibpcapFilter filter) {
    int hits = 0;
    for (int i = 0; i < PACKETS; i++) {
      hits += filter.matches(nativePackets[i], wireLengths[i]) ? 1 : 0;
    }
    return hits;
  }

  private static LibpcapFilter libpcap(String expression) {
    return Libpcap.compile(expression, Libpcap.Dlt.EN10MB, Libpcap.Mode.OPTIMIZED);
  }
}
