package io.dropwatch.examples.cli;

import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/**
 * Entry point: parses the flags, runs the command, turns every failure into one message and an exit
 * status.
 */
public final class Main {
  private Main() {}

  /** Runs the command line and ends the JVM with its status. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new DropwatchCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false)
        .registerConverter(long.class, text -> wholeNumber(text, Long.MAX_VALUE))
        .registerConverter(int.class, text -> (int) wholeNumber(text, Integer.MAX_VALUE))
        .setParameterExceptionHandler(ErrorHandler::ofParsing)
        .setExecutionExceptionHandler(ErrorHandler::ofRunning);
  }

  private static long wholeNumber(String text, long largest) {
    try {
      long number = Long.parseLong(text);
      if (number <= largest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, in words that do not name Java types.
    }
    throw new TypeConversionException("'" + text + "' is not a whole number from 0 to " + largest);
  }
}
