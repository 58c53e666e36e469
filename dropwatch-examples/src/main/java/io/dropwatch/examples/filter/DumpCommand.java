package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what the stages of compilation make of an expression. */
@Command(
    name = "dump",
    description = "Prints each stage of compilation, by default as dropwatch --filter compiles.%n",
    mixinStandardHelpOptions = true)
final class DumpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ExpressionInput text = new ExpressionInput();
  @ArgGroup private @Nullable What what;

  /** One of these. */
  private static final class What {
    @Option(
        names = "--stage",
        paramLabel = "<stage>",
        description = "Only this one: ${COMPLETION-CANDIDATES}.")
    private @Nullable Stage stage;

    // Read by picocli alone: it is what remains when none of the others was given.
    @SuppressWarnings("unused")
    @Option(names = "-d", description = "Classic BPF, as tcpdump -d prints it.")
    private boolean listing;

    @Option(names = "-dd", description = "Classic BPF as a C array, as tcpdump -dd.")
    private boolean array;

    @Option(names = "-ddd", description = "Classic BPF as numbers, as tcpdump -ddd.")
    private boolean numbers;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean classic = what != null && what.stage == null;
    LinkName usual = classic ? LinkName.ethernet : LinkName.skb;
    Filter filter = text.compile(spec, Objects.requireNonNullElse(text.link(), usual));
    if (what == null) {
      for (Stage stage : Stage.values()) {
        out.println("# " + stage);
        out.println(stage(filter, stage).stripTrailing());
      }
    } else {
      out.println(only(filter, what).stripTrailing());
    }
    out.flush();
    return 0;
  }

  private static String only(Filter filter, What what) {
    if (what.stage != null) {
      return filter.dump(what.stage);
    }
    if (what.array) {
      return filter.classicBpf().toC();
    }
    return what.numbers ? filter.classicBpf().toDecimal() : filter.classicBpf().toString();
  }

  private static String stage(Filter filter, Stage stage) {
    try {
      return filter.dump(stage);
    } catch (UnsupportedOperationException e) {
      return "none: " + e.getMessage();
    }
  }
}
