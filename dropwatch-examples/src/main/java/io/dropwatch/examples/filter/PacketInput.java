package io.dropwatch.examples.filter;

import io.dropwatch.examples.filter.ExpressionInput.Link;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.packet.CaptureReader;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Packets from a capture file or the command line. */
final class PacketInput {
  @Option(
      names = "--read",
      paramLabel = "<file>",
      description = "Read packets from this pcap or pcapng file; -: stdin.")
  private @Nullable Path file;

  @Option(
      names = "--hex",
      paramLabel = "<digits>",
      description = "One packet in hexadecimal; white space and colons are ignored.")
  private @Nullable String hex;

  private long skipped;

  /** Returns how many packets were left out, because their link type is not supported. */
  long skipped() {
    return skipped;
  }

  /** Handles a packet. */
  @FunctionalInterface
  interface Handler {
    /** Returns whether to continue with the next packet. */
    boolean handle(CapturedPacket packet) throws IOException;
  }

  /**
   * Passes each packet to a handler.
   *
   * @param link the link type that packets must have, or null
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if no packets are given, or one has another link type
   */
  void forEach(@Nullable Link link, Handler handler) throws IOException {
    if ((file == null) == (hex == null)) {
      throw new IllegalArgumentException(
          "give packets either with --read <file> or with --hex <digits>");
    }
    if (hex != null) {
      byte[] bytes = digits(hex);
      LinkType type = link == Link.raw ? LinkType.RAW_IP : LinkType.ETHERNET;
      handler.handle(CapturedPacket.of(type, bytes));
      return;
    }
    if (file != null) {
      read(file, link, handler);
    }
  }

  private void read(Path file, @Nullable Link link, Handler handler) throws IOException {
    try (CaptureReader reader = open(file)) {
      CapturedPacket packet = next(reader, file);
      while (packet != null) {
        if (link != null && !link.includes(packet)) {
          throw new IllegalArgumentException(
              "packet %d of %s is %s, not %s; omit --link"
                  .formatted(packet.number(), file, Link.of(packet), link));
        }
        if (!handler.handle(packet)) {
          return;
        }
        packet = next(reader, file);
      }
      skipped = reader.skipped();
    }
  }

  private static CaptureReader open(Path file) throws IOException {
    InputStream in = InputFile.open(file);
    try {
      return CaptureReader.of(in);
    } catch (IOException e) {
      in.close();
      throw InputFile.unreadable(file, e);
    }
  }

  private static @Nullable CapturedPacket next(CaptureReader reader, Path file) throws IOException {
    try {
      return reader.next();
    } catch (IOException e) {
      throw InputFile.unreadable(file, e);
    }
  }

  private static byte[] digits(String text) {
    try {
      return HexFormat.of().parseHex(text.replaceAll("[\\s:]", ""));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--hex must be pairs of hexadecimal digits: " + e.getMessage(), e);
    }
  }
}
