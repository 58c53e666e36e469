package io.dropwatch.examples.cli;

import io.dropwatch.DropWatcher;
import io.dropwatch.model.DropReason;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dropwatch reasons}: explains drop reasons. */
@Command(
    name = "reasons",
    description = "Explains the drop reasons of this kernel. Needs no privileges.",
    footer = {
      "",
      "Prints a line per reason: name, nature (loss, normal or unknown), explanation.",
      "A normal drop goes unnoticed by applications; an unknown one may be a loss.",
      "Reasons of a kernel module are listed while the module is loaded.",
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
      description = "Only these reasons, with or without SKB_DROP_REASON_.")
  private List<String> names = List.of();

  @Override
  public Integer call() {
    List<DropReason> all = DropWatcher.kernelReasons();
    List<DropReason> reasons =
        names.isEmpty() ? all : names.stream().map(name -> reason(all, name)).toList();
    int width = reasons.stream().mapToInt(reason -> reason.name().length()).max().orElse(0);
    PrintWriter out = spec.commandLine().getOut();
    for (DropReason reason : reasons) {
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

  private static DropReason reason(List<DropReason> all, String name) {
    return all.stream()
        .filter(
            reason ->
                reason.name().equalsIgnoreCase(name)
                    || reason.name().equalsIgnoreCase(PREFIX + name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "this kernel has no drop reason '" + name + "'; dropwatch reasons lists all"));
  }
}
