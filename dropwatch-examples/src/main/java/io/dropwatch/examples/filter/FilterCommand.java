package io.dropwatch.examples.filter;

import io.dropwatch.examples.filter.ExpressionInput.Link;
import io.dropwatch.layers.Layers;
import io.dropwatch.output.TextWriter;
import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.FilterWarning;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dropwatch filter}: tests filter expressions. */
@Command(
    name = "filter",
    description = "Tests filter expressions. Needs no privileges.",
    subcommands = DumpCommand.class)
public final class FilterCommand implements Runnable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSSSS").withZone(ZoneOffset.UTC);

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Called by picocli. */
  public FilterCommand() {}

  @Override
  public void run() {
    throw new IllegalArgumentException("give a subcommand: check, explain, dump or match");
  }

  @Command(
      name = "check",
      description = "Compiles a filter, by default as watching does, and warns of mistakes.")
  int check(@Mixin ExpressionInput expression) throws IOException {
    Link link = Objects.requireNonNullElse(expression.link(), Link.skb);
    Filter filter = link == Link.skb ? expression.compileForProbe() : expression.compile(link);
    PrintWriter out = out();
    out.println("OK");
    for (FilterWarning warning : filter.warnings()) {
      out.println((warning.code().isNote() ? "note: " : "warning: ") + warning);
    }
    out.flush();
    return 0;
  }

  @Command(
      name = "explain",
      description = "Shows why packets match or not: + true, - false, ! rejects, . not evaluated.")
  int explain(@Mixin ExpressionInput expression, @Mixin PacketInput packets) throws IOException {
    FilterRun run = new FilterRun(expression);
    packets.forEach(
        expression.link(),
        packet -> print("packet " + packet.number() + ": " + run.explain(packet)));
    return printSkipped(packets);
  }

  // picocli passes a wrong value for an @Option parameter beside @Mixin parameters.
  static final class MatchOptions {
    @Option(names = "--count", description = "Print the number of packets only.")
    private boolean countOnly;
  }

  @Command(
      name = "match",
      description = "Lists the packets that match: number, time in UTC, length, headers.")
  int match(
      @Mixin ExpressionInput expression, @Mixin PacketInput packets, @Mixin MatchOptions options)
      throws IOException {
    FilterRun run = new FilterRun(expression);
    AtomicLong seen = new AtomicLong();
    AtomicLong matched = new AtomicLong();
    packets.forEach(
        expression.link(),
        packet -> {
          seen.incrementAndGet();
          if (!run.matches(packet)) {
            return true;
          }
          matched.incrementAndGet();
          return options.countOnly || print(line(packet) + "\n");
        });
    var _ = print(matched + " of " + seen + " packets match\n");
    return printSkipped(packets);
  }

  private int printSkipped(PacketInput packets) throws IOException {
    if (packets.skipped() > 0) {
      var _ = print(packets.skipped() + " packets skipped: their link type is not supported\n");
    }
    return 0;
  }

  private static String line(CapturedPacket packet) {
    String time = packet.time() == null ? "-" : TIME.format(packet.time());
    Layers layers = Layers.decode(packet.linkType(), packet.bytes(), packet.etherType());
    return "%d  %s  %d  %s"
        .formatted(packet.number(), time, packet.wireLength(), TextWriter.format(layers));
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Prints to stdout, whose input may have no end. Returns false if it takes no more. */
  private boolean print(String text) {
    PrintWriter out = out();
    out.print(text);
    return !out.checkError();
  }
}
