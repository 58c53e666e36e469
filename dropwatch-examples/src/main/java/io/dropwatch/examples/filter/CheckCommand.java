package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.FilterWarning;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says whether an expression is a filter, and which traps it walks into. */
@Command(
    name = "check",
    description = "Compiles a filter, by default as dropwatch --filter does, and warns of traps.%n",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ExpressionInput text = new ExpressionInput();

  @Override
  public Integer call() throws IOException {
    Filter filter = text.compile(spec, Objects.requireNonNullElse(text.link(), LinkName.skb));
    PrintWriter out = spec.commandLine().getOut();
    out.println("OK");
    for (FilterWarning warning : filter.warnings()) {
      out.println((warning.code().isNote() ? "note: " : "warning: ") + warning);
    }
    out.flush();
    return 0;
  }
}
