package io.dropwatch.examples.cli;

import io.dropwatch.DropWatcher;
import io.dropwatch.model.DropReason;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
      "Where the kernel function that dropped the packet tells more, NAME@FUNCTION has",
      "a line of its own.",
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
    int width =
        reasons.stream().flatMap(ReasonsCommand::labels).mapToInt(String::length).max().orElse(0);
    PrintWriter out = spec.commandLine().getOut();
    for (DropReason reason : reasons) {
      print(out, width, reason, null);
      reason.explainedFunctions().forEach(function -> print(out, width, reason, function));
    }
    out.flush();
    return 0;
  }

  private static Stream<String> labels(DropReason reason) {
    return Stream.concat(
        Stream.of(reason.name()),
        reason.explainedFunctions().stream().map(function -> label(reason, function)));
  }

  private static String label(DropReason reason, @Nullable String function) {
    return function == null ? reason.name() : reason.name() + '@' + function;
  }

  private static void print(
      PrintWriter out, int width, DropReason reason, @Nullable String function) {
    String explanation = reason.explanation(function);
    out.printf(
        "%-" + width + "s  %-7s  %s%n",
        label(reason, function),
        reason.nature(function).name().toLowerCase(Locale.ROOT),
        explanation == null ? "-" : explanation);
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
