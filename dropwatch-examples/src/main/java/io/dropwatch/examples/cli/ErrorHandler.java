package io.dropwatch.examples.cli;

import io.dropwatch.DropWatchException;
import io.dropwatch.output.Printable;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns a failure of any command into one line on stderr and an exit status: 2 for wrong usage, 1
 * for everything else. Never prints a stack trace.
 */
final class ErrorHandler implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private static final int FAILURE = 1;
  private static final int USAGE = 2;

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    String hint = failure instanceof UnmatchedArgumentException unmatched ? hint(unmatched) : "";
    return usage(failure.getCommandLine(), message(failure) + hint);
  }

  private static String hint(UnmatchedArgumentException failure) {
    CommandSpec command = failure.getCommandLine().getCommandSpec();
    if (failure.isUnknownOption()) {
      return "";
    }
    if (command.parent() == null && failure.getUnmatched().getFirst().equals("watch")) {
      return "; watching needs no subcommand";
    }
    String filter =
        command.findOption("--filter") == null
            ? ""
            : "; quote the filter and put it after --filter";
    return command.subcommands().isEmpty() || failure.getUnmatched().size() > 1
        ? filter
        : "; the subcommands are " + String.join(", ", command.subcommands().keySet()) + filter;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, @Nullable ParseResult parsed) {
    return switch (failure) {
      case FilterSyntaxException syntax -> {
        boolean isFlag = command.getCommandSpec().findOption("--filter") != null;
        yield report(command, (isFlag ? "--filter: " : "") + message(syntax), USAGE);
      }
      case ParameterException wrong -> handleParseException(wrong, new String[0]);
      case IllegalArgumentException wrong -> usage(command, withOption(command, message(wrong)));
      case DropWatchException e ->
          report(
              command,
              NoiseOptions.withOption(message(e)),
              switch (e.code()) {
                case UNKNOWN_DEVICE, NOISE_RULE, FILTER_TOO_LARGE -> USAGE;
                default -> FAILURE;
              });
      case UnsupportedOperationException tooLarge -> usage(command, message(tooLarge));
      case NoSuchFileException missing ->
          report(command, "there is no file " + missing.getFile(), FAILURE);
      case IOException e -> report(command, message(e), FAILURE);
      case UncheckedIOException e -> report(command, message(e), FAILURE);
      default -> report(command, "internal error: " + failure + at(failure), FAILURE);
    };
  }

  /**
   * Returns a message of the SDK, which begins with the name of a setter such as {@code
   * ringBytesPerCpu}, with the option in its place: the one whose name the setter's begins with.
   */
  private static String withOption(CommandLine command, String message) {
    String setter = message.split(" ", 2)[0];
    String kebab = "--" + setter.replaceAll("\\p{Upper}", "-$0").toLowerCase(Locale.ROOT);
    return command.getCommandSpec().optionsMap().keySet().stream()
        .filter(kebab::startsWith)
        .max(Comparator.comparingInt(String::length))
        .map(option -> option + message.substring(setter.length()))
        .orElse(message);
  }

  private static int usage(CommandLine command, String message) {
    return report(command, message + " (see " + name(command) + " --help)", USAGE);
  }

  private static int report(CommandLine command, String message, int status) {
    command.getErr().println(Printable.message(name(command) + ": " + message.stripTrailing()));
    command.getErr().flush();
    return status;
  }

  private static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName();
  }

  private static String message(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  private static String at(Exception failure) {
    StackTraceElement[] frames = failure.getStackTrace();
    return frames.length == 0 ? "" : " at " + frames[0];
  }
}
