package io.dropwatch.examples.filter;

import java.io.IOException;
import java.util.concurrent.Callable;
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
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ExpressionInput text = new ExpressionInput();
  @Mixin private PacketInput input = new PacketInput();

  @Override
  public Integer call() throws IOException {
    Results results = new Results(spec);
    FilterRun trial = new FilterRun(spec, text);
    input.forEach(
        spec,
        text.link(),
        packet -> {
          results.print("packet " + packet.number() + ": " + trial.explain(packet));
          return results.goOn();
        });
    return 0;
  }
}
