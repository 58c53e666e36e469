package io.dropwatch.examples.filter;

import io.dropwatch.examples.filter.ExpressionInput.Link;
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

/** {@code dropwatch filter dump}: prints the stages of compilation. */
@Command(
    name = "dump",
    description = "Prints the stages of compilation, by default as for the probe.")
final class DumpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ExpressionInput expression = new ExpressionInput();
  @ArgGroup private @Nullable Form form;

  /** What to print; at most one of these. */
  private static final class Form {
    @Option(
        names = "--stage",
        paramLabel = "<stage>",
        description = "Only this stage: tokens, tree, predicate, graph, ebpf or classic.")
    private @Nullable Stage stage;

    // Used by picocli only: it is the form if no other option is given.
    @SuppressWarnings("unused")
    @Option(names = "-d", description = "Classic BPF, as tcpdump -d prints it.")
    private boolean listing;

    @Option(names = "-dd", description = "Classic BPF as a C array, as tcpdump -dd prints it.")
    private boolean array;

    @Option(
        names = "-ddd",
        description = "Classic BPF as decimal numbers, as tcpdump -ddd prints it.")
    private boolean numbers;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean classic = form != null && form.stage == null;
    Link defaultLink = classic ? Link.ethernet : Link.skb;
    Filter filter = expression.compile(Objects.requireNonNullElse(expression.link(), defaultLink));
    if (form == null) {
      for (Stage stage : Stage.values()) {
        out.println("# " + stage);
        out.println(stage(filter, stage).stripTrailing());
      }
    } else {
      out.println(only(filter, form).stripTrailing());
    }
    out.flush();
    return 0;
  }

  private static String only(Filter filter, Form form) {
    if (form.stage != null) {
      return filter.dump(form.stage);
    }
    if (form.array) {
      return filter.classicBpf().toC();
    }
    return form.numbers ? filter.classicBpf().toDecimal() : filter.classicBpf().toString();
  }

  private static String stage(Filter filter, Stage stage) {
    try {
      return filter.dump(stage);
    } catch (UnsupportedOperationException e) {
      return "none: " + e.getMessage();
    }
  }
}
