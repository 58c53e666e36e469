package io.dropwatch.examples.cli;

import io.dropwatch.DropWatchException;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What the user reads when it did not work: the cause and the remedy on one line of stderr, never a
 * stack trace.
 */
final class ErrorHandler {
  private static final int ENVIRONMENT = 1;
  private static final int USAGE = 2;

  private ErrorHandler() {}

  static int ofParsing(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    String message = message(failure);
    if (failure instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
      message += "; a filter is given in quotes behind --filter";
    }
    report(command, message + " (see " + name(command) + " --help)");
    return USAGE;
  }

  static int ofRunning(Exception failure, CommandLine command, @Nullable ParseResult parsed) {
    return switch (failure) {
      case FilterSyntaxException wrong -> {
        boolean flag = command.getCommandSpec().findOption("--filter") != null;
        report(command, (flag ? "--filter: " : "") + message(wrong));
        yield USAGE;
      }
      case NoSuchFileException missing -> {
        report(command, "there is no file " + missing.getFile());
        yield ENVIRONMENT;
      }
      case IOException unreadable -> {
        report(command, message(unreadable));
        yield ENVIRONMENT;
      }
      case UncheckedIOException unreadable -> {
        report(command, message(unreadable));
        yield ENVIRONMENT;
      }
      case ParameterException wrong -> ofParsing(wrong, new String[0]);
      case DropWatchException refused -> {
        report(command, message(refused));
        yield switch (refused.code()) {
          case UNKNOWN_DEVICE, NOISE_RULE, FILTER_TOO_LARGE -> USAGE;
          default -> ENVIRONMENT;
        };
      }
      case IllegalArgumentException wrong -> {
        report(command, message(wrong));
        yield USAGE;
      }
      default -> {
        report(command, "a mistake in this program: " + failure + at(failure));
        yield ENVIRONMENT;
      }
    };
  }

  private static void report(CommandLine command, String message) {
    command.getErr().println(name(command) + ": " + message.stripTrailing());
    command.getErr().flush();
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
