package io.dropwatch.examples.filter;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says of each packet which part of the expression decides, and what was read there. */
@Command(
    name = "explain",
    description = "Says why packets match or do not: + true, - false, ! rejects, . not asked.%n",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private FilterText text = new FilterText();
  @Mixin private PacketInput input = new PacketInput();

  @Override
  public Integer call() throws IOException {
    CommandSpec command = Objects.requireNonNull(spec);
    Results results = new Results(command);
    Trial trial = new Trial(command, text);
    input.forEach(
        command,
        text.link(),
        packet -> {
          results.print("packet " + packet.number() + ": " + trial.explain(packet));
          return results.goOn();
        });
    return 0;
  }
}
