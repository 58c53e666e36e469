package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Parser;
import io.dropwatch.pcapfilter.internal.ast.Printer;
import io.dropwatch.pcapfilter.internal.ast.TreeDump;
import io.dropwatch.pcapfilter.internal.bytecode.ClassWriter;
import io.dropwatch.pcapfilter.internal.bytecode.PacketTest;
import io.dropwatch.pcapfilter.internal.check.Checker;
import io.dropwatch.pcapfilter.internal.ebpf.Compiler;
import io.dropwatch.pcapfilter.internal.explain.Explaining;
import io.dropwatch.pcapfilter.internal.explain.Outline;
import io.dropwatch.pcapfilter.internal.interpret.Interpreter;
import io.dropwatch.pcapfilter.internal.ir.Alignment;
import io.dropwatch.pcapfilter.internal.ir.Fusion;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.GraphText;
import io.dropwatch.pcapfilter.internal.ir.Grouping;
import io.dropwatch.pcapfilter.internal.ir.Intervals;
import io.dropwatch.pcapfilter.internal.ir.Lowering;
import io.dropwatch.pcapfilter.internal.ir.Threading;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.PredicateText;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Lexer;
import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.token.Tokens;
import io.dropwatch.pcapfilter.internal.warn.Warnings;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A compiled expression of tcpdump's filter language, pcap-filter(7).
 *
 * <pre>{@code
 * PcapFilter filter = PcapFilter.compile("tcp port 80 or 443", LinkType.ETHERNET);
 * boolean match = filter.matches(packetBytes, wireLength);
 * }</pre>
 *
 * <p>Verdicts are those of libpcap 1.10.3 without optimization, on full and on truncated packets.
 * Names of services and protocols come from a table of this library, so that an expression means
 * the same on every machine; names of hosts and networks are resolved only by a resolver that
 * {@link FilterOptions} passes in.
 *
 * <p>Compiling needs no privileges and no native code. Filters are immutable and can be used by any
 * number of threads.
 */
public final class PcapFilter {
  /** In the JVM it counts how many comparisons a packet meets. */
  private static final int HALVED = 3;

  /** A graph of more nodes will not become short enough for any back-end. */
  private static final int HOPELESS = 200_000;

  /** Bytes of the shortest IPv4 header. */
  private static final int IPV4_HEADER = 20;

  /** In the kernel it counts how many instructions there are. */
  private static final int ONE_BY_ONE = Integer.MAX_VALUE;

  private final String expression;
  private final LinkType linkType;
  private final List<Token> tokens;
  private final Expression tree;
  private final Predicate predicate;
  private final Object lock = new Object();
  private volatile boolean written;

  // Not volatile, so that a loop over packets reads it once. It has no fields that a thread could
  // see too early, and who sees null looks at "written" next.
  private @Nullable PacketTest bytesTest;
  private @Nullable PacketTest skbTest;

  private PcapFilter(String expression, LinkType linkType, FilterOptions options) {
    this.expression = expression;
    this.linkType = linkType;
    this.tokens = Lexer.tokens(expression);
    this.tree = Parser.parse(tokens);
    this.predicate = Checker.check(tree, linkType, options);
  }

  /**
   * Compiles an expression; the empty one matches every packet.
   *
   * @throws FilterSyntaxException if it is no filter for packets of this link type; no other
   *     exception, whatever the text
   */
  public static PcapFilter compile(String expression, LinkType linkType) {
    return compile(expression, linkType, FilterOptions.DEFAULT);
  }

  /**
   * Compiles an expression with what it does not say itself; the empty one matches every packet.
   *
   * @throws FilterSyntaxException if it is no filter for packets of this link type; otherwise only
   *     what the resolver of the options throws
   */
  public static PcapFilter compile(String expression, LinkType linkType, FilterOptions options) {
    try {
      return new PcapFilter(expression, linkType, options);
    } catch (SyntaxFault fault) {
      throw FilterSyntaxException.of(expression, fault);
    }
  }

  /** The expression as it was given. */
  public String expression() {
    return expression;
  }

  /** What the first byte of a packet belongs to. */
  public LinkType linkType() {
    return linkType;
  }

  /**
   * Whether a packet matches.
   *
   * @param packet captured bytes, from the header that the link type names on
   * @param wireLength length of the packet on the wire, in bytes
   * @throws IllegalStateException for {@link LinkType#SKB}, where the bytes are not enough
   */
  public boolean matches(byte[] packet, int wireLength) {
    PacketTest compiled = bytesTest;
    return compiled == null
        ? matchesAtFirst(packet, wireLength)
        : compiled.matches(packet, 0, wireLength, null);
  }

  private boolean matchesAtFirst(byte[] packet, int wireLength) {
    if (linkType == LinkType.SKB) {
      throw new IllegalStateException(
          "a filter for LinkType.SKB needs what the kernel knows: use matches(SkbPacket)");
    }
    PacketTest compiled = compiled();
    return compiled == null
        ? interpreted(new SkbPacket(packet, 0, wireLength, 0, 0, 0, 0, 0))
        : compiled.matches(packet, 0, wireLength, null);
  }

  /**
   * Whether a packet matches, as the probe sees it.
   *
   * @throws IllegalStateException unless compiled for {@link LinkType#SKB}
   */
  public boolean matches(SkbPacket packet) {
    if (linkType != LinkType.SKB) {
      throw new IllegalStateException(
          "a filter for LinkType." + linkType + " takes bytes: use matches(byte[], int)");
    }
    PacketTest compiled = compiled();
    return compiled == null
        ? interpreted(packet)
        : compiled.matches(packet.bytes(), packet.macLength(), packet.wireLength(), packet);
  }

  /**
   * The known traps that the expression walks into, in the order of their places; empty for most
   * filters. Found when asked for, so that compiling costs nothing more. "Matches nothing" is never
   * said of a filter that some packet matches.
   */
  public List<FilterWarning> warnings() {
    return Warnings.about(expression, tree, predicate, linkType);
  }

  /**
   * Which part of the expression decides about a packet, with what was read from it. The verdict is
   * that of {@link #matches(byte[], int)}.
   *
   * @param packet captured bytes, from the header that the link type names on
   * @param wireLength length of the packet on the wire, in bytes
   * @throws IllegalStateException for {@link LinkType#SKB}, where the bytes are not enough
   */
  public Explanation explain(byte[] packet, int wireLength) {
    if (linkType == LinkType.SKB) {
      throw new IllegalStateException(
          "a filter for LinkType.SKB needs what the kernel knows: use explain(SkbPacket)");
    }
    return Explaining.explain(
        expression, linkType, predicate, new SkbPacket(packet, 0, wireLength, 0, 0, 0, 0, 0));
  }

  /**
   * Which part of the expression decides about a packet as the probe sees it.
   *
   * @throws IllegalStateException unless compiled for {@link LinkType#SKB}
   */
  public Explanation explain(SkbPacket packet) {
    if (linkType != LinkType.SKB) {
      throw new IllegalStateException(
          "a filter for LinkType." + linkType + " takes bytes: use explain(byte[], int)");
    }
    return Explaining.explain(expression, linkType, predicate, packet);
  }

  /**
   * How the filter is made up: its primitives with everything they inherit, grouped as they are
   * evaluated, one on a line.
   */
  public String explain() {
    return Outline.print(predicate);
  }

  /**
   * The filter as the body of an eBPF function.
   *
   * @throws UnsupportedOperationException as {@link #ebpf(EbpfTarget)} does
   */
  public EbpfCode ebpf() {
    return ebpf(EbpfTarget.function());
  }

  /**
   * The filter as eBPF for a place in a program.
   *
   * @throws UnsupportedOperationException if one comparison keeps more numbers at a time than eBPF
   *     has room for (some dozens of nested parentheses), or if the filter has more than 40,000
   *     branches or needs a jump over more than 32,767 instructions; a shorter one can still be
   *     longer than the place it is for, see {@link EbpfCode#size}
   */
  public EbpfCode ebpf(EbpfTarget target) {
    return new EbpfCode(
        Compiler.compile(
            graph(ONE_BY_ONE), networkOffset(), Objects.requireNonNull(target, "target")));
  }

  /**
   * The filter as classic BPF, for packet sockets and for libpcap.
   *
   * @throws UnsupportedOperationException if it needs more than {@link ClassicBpf#MAX_SIZE}
   *     instructions, or keeps more numbers at a time than classic BPF's 16 scratch words hold
   */
  public ClassicBpf classicBpf() {
    Graph plain = threaded(ONE_BY_ONE);
    if (plain.nodes().size() > HOPELESS) {
      return classicBpf(List.of(plain));
    }
    Graph grouped = Grouping.group(plain);
    Graph fused = Grouping.group(Fusion.fuse(plain));
    return classicBpf(
        List.of(plain, grouped, fused, Alignment.align(grouped), Alignment.align(fused)));
  }

  private static ClassicBpf classicBpf(List<Graph> graphs) {
    return new ClassicBpf(io.dropwatch.pcapfilter.internal.classic.Compiler.compile(graphs));
  }

  private int networkOffset() {
    return linkType == LinkType.ETHERNET ? 14 : 0;
  }

  // The class is written when the first packet comes: most filters go to the kernel and see none.
  private @Nullable PacketTest compiled() {
    boolean skb = linkType == LinkType.SKB;
    if (!written) {
      synchronized (lock) {
        if (!written) {
          PacketTest test = ClassWriter.write(graph(HALVED), skb, networkOffset() + IPV4_HEADER);
          bytesTest = skb ? null : test;
          skbTest = skb ? test : null;
          written = true;
        }
      }
    }
    return skb ? skbTest : bytesTest;
  }

  /** The verdict of the interpreter, with which generated code is compared. */
  boolean interpreted(SkbPacket packet) {
    return Interpreter.matches(predicate, packet);
  }

  /**
   * The graph as generated code wants it.
   *
   * @param leaf as of {@link Intervals}
   */
  private Graph graph(int leaf) {
    Graph plain = threaded(leaf);
    return plain.nodes().size() > HOPELESS ? plain : Alignment.align(Fusion.fuse(plain));
  }

  private Graph threaded(int leaf) {
    return Intervals.search(Threading.thread(Lowering.lower(predicate)), leaf);
  }

  /** The text form of a stage of compilation. */
  public String dump(Stage stage) {
    return switch (stage) {
      case TOKENS -> Tokens.print(tokens);
      case TREE -> TreeDump.print(tree);
      case PREDICATE -> PredicateText.print(predicate);
      case GRAPH -> GraphText.print(graph(ONE_BY_ONE));
      case EBPF -> ebpf().toString();
      case CLASSIC -> classicBpf().toString();
    };
  }

  /** The expression with one space between its tokens. */
  @Override
  public String toString() {
    return Printer.print(tree);
  }
}
