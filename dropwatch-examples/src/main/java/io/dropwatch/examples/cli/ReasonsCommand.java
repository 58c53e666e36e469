package io.dropwatch.examples.cli;

import io.dropwatch.DropWatcher;
import io.dropwatch.model.DropReason;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dropwatch reasons}: what the kernel may say, in words. */
@Command(
    name = "reasons",
    description = "Says in words what the reasons of this kernel mean; needs no root.%n",
    mixinStandardHelpOptions = true,
    versionProvider = VersionFromJar.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    footer = {
      "",
      "A line for each reason: name, whether it is a loss, and what happened. 'normal' is what no",
      "application notices, 'unknown' is a reason that does not tell. Reasons of a subsystem in a",
      "module are there while the module is loaded.",
      "",
      "Examples:",
      "  dropwatch reasons",
      "  dropwatch reasons NO_SOCKET TCP_CSUM",
      "  dropwatch reasons | grep -w normal",
    })
final class ReasonsCommand implements Callable<Integer> {
  private static final String PREFIX = "SKB_DROP_REASON_";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "<names>",
      arity = "0..*",
      description = "Only these, with or without SKB_DROP_REASON_.")
  private List<String> names = List.of();

  @Override
  public Integer call() {
    List<DropReason> all = DropWatcher.kernelReasons();
    List<DropReason> wanted = names.isEmpty() ? all : named(all);
    int width = wanted.stream().mapToInt(reason -> reason.name().length()).max().orElse(0);
    PrintWriter out = spec.commandLine().getOut();
    for (DropReason reason : wanted) {
      String explanation = reason.explanation();
      out.printf(
          "%-" + width + "s  %-7s  %s%n",
          reason.name(),
          reason.nature().name().toLowerCase(Locale.ROOT),
          explanation == null ? "-" : explanation);
    }
    out.flush();
    return 0;
  }

  private List<DropReason> named(List<DropReason> all) {
    List<DropReason> found = new ArrayList<>();
    for (String name : names) {
      found.add(
          all.stream()
              .filter(reason -> isCalled(reason.name(), name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(),
                          "'"
                              + name
                              + "' is no reason of this kernel: dropwatch reasons lists them")));
    }
    return found;
  }

  private static boolean isCalled(String kernelsName, String written) {
    return kernelsName.equalsIgnoreCase(written) || kernelsName.equalsIgnoreCase(PREFIX + written);
  }
}
