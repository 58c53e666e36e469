package io.dropwatch.examples.filter;

import io.dropwatch.layers.Layers;
import io.dropwatch.output.PacketText;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  @Spec private @Nullable CommandSpec spec;
  @Mixin private FilterText text = new FilterText();
  @Mixin private PacketInput input = new PacketInput();

  @Option(names = "--count", description = "Only count.")
  private boolean countOnly;

  private long seen;
  private long matched;

  @Override
  public Integer call() throws IOException {
    CommandSpec command = Objects.requireNonNull(spec);
    Results results = new Results(command);
    Trial trial = new Trial(command, text);
    input.forEach(
        command,
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
        + PacketText.line(layers);
  }
}
