package io.dropwatch.examples.cli;

import io.dropwatch.examples.terminal.Stderr;
import io.dropwatch.examples.terminal.Stdout;
import io.dropwatch.model.RingKind;
import io.dropwatch.pcapfilter.Stage;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Layout;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.TypeConversionException;

/** Parses the command line and runs the command. */
public final class Main {
  private static final long MAX_SECONDS = Duration.ofDays(36_500).toSeconds();

  private Main() {}

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) {
    CommandLine command = commandLine().setOut(Stdout.writer()).setErr(Stderr.writer());
    int status = command.execute(args);
    command.getOut().flush();
    // Whatever the command: an output that is lost is a failure.
    System.exit(Stdout.isComplete() || status != 0 ? status : 1);
  }

  static CommandLine commandLine() {
    CommandLine root = new CommandLine(new DropwatchCommand());
    style(root);
    ErrorHandler errors = new ErrorHandler();
    return root.setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false)
        .setUsageHelpWidth(80)
        // No colours: stdout escapes all control characters, also those of picocli.
        .setColorScheme(Help.defaultColorScheme(Ansi.OFF))
        .registerConverter(int.class, Main::integer)
        .registerConverter(Integer.class, Main::integer)
        .registerConverter(Duration.class, Main::seconds)
        .registerConverter(Path.class, Main::path)
        .registerConverter(RingKind.class, text -> constant(RingKind.class, text))
        .registerConverter(Stage.class, text -> constant(Stage.class, text))
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors);
  }

  private static void style(CommandLine command) {
    command
        .getCommandSpec()
        .mixinStandardHelpOptions(true)
        .version("dropwatch " + version())
        .usageMessage()
        .sortOptions(false)
        .abbreviateSynopsis(true)
        .parameterListHeading("%n")
        .commandListHeading("%nCommands:%n");
    command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, Main::optionList);
    command.getSubcommands().values().forEach(Main::style);
  }

  /** Lists the options that have an order under a heading of their own. */
  private static String optionList(Help help) {
    String additional = optionList(help, option -> option.order() > 0);
    return "%nOptions:%n".formatted()
        + optionList(help, option -> option.order() <= 0)
        + (additional.isEmpty() ? "" : "%nAdditional options:%n".formatted() + additional);
  }

  private static String optionList(Help help, Predicate<OptionSpec> filter) {
    Layout layout = help.createDefaultLayout();
    layout.addOptions(
        help.commandSpec().options().stream()
            .filter(filter)
            .sorted(Comparator.comparingInt(OptionSpec::order))
            .toList(),
        help.parameterLabelRenderer());
    return layout.toString();
  }

  /** Returns the version in the manifest of the jar. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  // Longer than a century does not fit into nanoseconds. Picocli's messages would name Java types.
  private static Duration seconds(String text) {
    try {
      long seconds = Long.parseLong(text);
      if (seconds >= 0 && seconds <= MAX_SECONDS) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new TypeConversionException(
        "must be a whole number from 0 to %d, was '%s'".formatted(MAX_SECONDS, text));
  }

  // The range is checked where the number is used.
  private static int integer(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException(
          "must be a whole number of at most %d, was '%s'".formatted(Integer.MAX_VALUE, text));
    }
  }

  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("must be the path of a file, was ''");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("is not a path: " + e.getMessage());
    }
  }

  /** Returns the constant of the SDK that users write in lower case. */
  private static <E extends Enum<E>> E constant(Class<E> type, String text) {
    List<String> names =
        Stream.of(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .toList();
    int index = names.indexOf(text.toLowerCase(Locale.ROOT));
    if (index < 0) {
      throw new TypeConversionException(
          "must be one of %s, was '%s'".formatted(String.join(", ", names), text));
    }
    return type.getEnumConstants()[index];
  }
}
