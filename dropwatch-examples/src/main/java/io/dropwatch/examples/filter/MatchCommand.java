package io.dropwatch.examples.filter;

import io.dropwatch.layers.Layers;
import io.dropwatch.output.TextWriter;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists and counts the packets that match. */
@Command(
    name = "match",
    description = "Lists the packets that match: number, time in UTC, length, what it is.%n",
    mixinStandardHelpOptions = true)
final class MatchCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSSSS").withZone(ZoneOffset.UTC);

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ExpressionInput text = new ExpressionInput();
  @Mixin private PacketInput input = new PacketInput();

  @Option(names = "--count", description = "Only count.")
  private boolean countOnly;

  private long seen;
  private long matched;

  @Override
  public Integer call() throws IOException {
    Results results = new Results(spec);
    FilterRun trial = new FilterRun(spec, text);
    input.forEach(
        spec,
        text.link(),
        packet -> {
          seen++;
          if (!trial.matches(packet)) {
            return true;
          }
          matched++;
          if (countOnly) {
            return true;
          }
          results.print(line(packet) + "\n");
          return results.goOn();
        });
    results.print(matched + " of " + seen + " packets match\n");
    results.goOn();
    return 0;
  }

  private static String line(CapturedPacket packet) {
    String time = packet.time() == null ? "-" : TIME.format(packet.time());
    Layers layers = Layers.decode(packet.linkType(), packet.bytes());
    return packet.number()
        + "  "
        + time
        + "  "
        + packet.wireLength()
        + "  "
        + TextWriter.format(layers);
  }
}
