package io.dropwatch.examples.filter;

import io.dropwatch.DropSelection;
import io.dropwatch.bpf.NetworkDevices;
import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A filter expression, from the command line or a file. */
final class ExpressionInput {
  private static final int MAX_FILE_BYTES = 16 << 20;

  /** Values of {@code --link}, as users write them. */
  enum Link {
    ethernet(LinkType.ETHERNET),
    raw(LinkType.RAW_IP),
    /** The kernel's view of packets of any link type. */
    skb(null);

    private final @Nullable LinkType type;

    Link(@Nullable LinkType type) {
      this.type = type;
    }

    /** Returns what a packet is compiled for: of a cooked one only the kernel's view is known. */
    static Link of(CapturedPacket packet) {
      return packet.isCooked() ? skb : packet.linkType() == LinkType.ETHERNET ? ethernet : raw;
    }

    boolean includes(CapturedPacket packet) {
      return this == skb || this == of(packet);
    }
  }

  @Parameters(
      paramLabel = "EXPRESSION",
      arity = "0..*",
      description = "The pcap-filter(7) expression; several words are joined.")
  private List<String> words = List.of();

  @Option(
      names = "-F",
      paramLabel = "<file>",
      description = "Read the expression from a file, as tcpdump does; # starts a comment.")
  private @Nullable Path file;

  /** The expression, read once because the file may be a pipe. */
  private @Nullable String content;

  @Option(
      names = "--link",
      paramLabel = "<type>",
      description =
          "First header of a packet: ethernet, raw (an IP header), or skb (as the probe sees it).")
  private @Nullable Link link;

  @Mixin private FilterSettings settings = new FilterSettings();

  /** Returns the link type asked for, or null. */
  @Nullable Link link() {
    return link;
  }

  /**
   * Compiles the expression for a link type.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if there is no expression, or it is invalid
   */
  Filter compile(Link link) throws IOException {
    FilterOptions options =
        settings.options().toBuilder().deviceResolver(NetworkDevices::ifindex).build();
    return link.type == null
        ? SkbFilter.compile(text(), options)
        : PcapFilter.compile(text(), link.type, options);
  }

  /**
   * Compiles the expression as watching does.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if there is no expression, or it is invalid
   * @throws io.dropwatch.DropWatchException if it is too large for the probe
   */
  Filter compileForProbe() throws IOException {
    SkbFilter filter =
        DropSelection.builder().filter(text(), settings.options()).build().compileFilter();
    return filter == null ? compile(Link.skb) : filter;
  }

  private String text() throws IOException {
    if ((file == null) == words.isEmpty()) {
      throw new IllegalArgumentException("give the filter either as EXPRESSION or with -F <file>");
    }
    if (content == null) {
      content = file == null ? String.join(" ", words) : read(file);
    }
    return content;
  }

  private static String read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = InputFile.open(file)) {
      bytes = in.readNBytes(MAX_FILE_BYTES + 1);
    }
    if (bytes.length > MAX_FILE_BYTES) {
      throw new IOException(
          "a filter file must be at most %d bytes, %s is longer".formatted(MAX_FILE_BYTES, file));
    }
    return new String(bytes, StandardCharsets.UTF_8).replaceAll("#[^\n]*", "");
  }
}
