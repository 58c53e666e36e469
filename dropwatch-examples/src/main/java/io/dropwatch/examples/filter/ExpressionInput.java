package io.dropwatch.examples.filter;

import io.dropwatch.bpf.NetworkDevices;
import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.FilterOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The expression, and what it needs besides. */
final class ExpressionInput {
  /** A filter in a file may be a long list; what is longer than this is not a filter. */
  private static final int LONGEST_FILE = 16 << 20;

  @Parameters(
      paramLabel = "EXPRESSION",
      arity = "0..*",
      description = "The filter, in tcpdump's language; several words are joined.")
  private List<String> words = List.of();

  @Option(
      names = "-F",
      paramLabel = "<file>",
      description = "A file with the filter instead, as of tcpdump; # begins a comment.")
  private @Nullable Path file;

  /** The expression, read once: the file may be a pipe. */
  private @Nullable String content;

  @Option(
      names = "--link",
      paramLabel = "<type>",
      description =
          "What packets start with: ethernet, raw (an IP header), or skb (the probe's view).")
  private @Nullable LinkName link;

  @Mixin private FilterSettings meaning = new FilterSettings();

  @Nullable LinkName link() {
    return link;
  }

  /**
   * The expression for packets of a link type.
   *
   * @throws IOException if the file that has the expression cannot be read
   */
  Filter compile(CommandSpec command, LinkName link) throws IOException {
    FilterOptions options =
        meaning.options().toBuilder().deviceResolver(NetworkDevices::ifindex).build();
    return link.compile(text(command), options);
  }

  private String text(CommandSpec command) throws IOException {
    if ((file == null) == words.isEmpty()) {
      throw new ParameterException(
          command.commandLine(), "give the filter, either as EXPRESSION or with -F <file>");
    }
    if (content == null) {
      content = file == null ? String.join(" ", words) : read(file);
    }
    return content;
  }

  private static String read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = InputFile.open(file)) {
      bytes = in.readNBytes(LONGEST_FILE + 1);
    }
    if (bytes.length > LONGEST_FILE) {
      throw new IOException(file + " is no filter: it is longer than " + LONGEST_FILE + " bytes");
    }
    return new String(bytes, StandardCharsets.UTF_8).replaceAll("#[^\n]*", "");
  }
}
