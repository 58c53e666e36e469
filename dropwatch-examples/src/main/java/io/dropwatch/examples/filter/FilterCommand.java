package io.dropwatch.examples.filter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The subcommands that work on filter expressions. */
@Command(
    name = "filter",
    description = "Tests filter expressions; needs no root.%n",
    mixinStandardHelpOptions = true,
    subcommands = {
      CheckCommand.class,
      ExplainCommand.class,
      DumpCommand.class,
      MatchCommand.class,
    })
public final class FilterCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by picocli. */
  public FilterCommand() {}

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "say what to do with the filter: check, explain, dump or match");
    }
  }
}
