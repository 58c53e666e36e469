package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.packet.CaptureReader;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The packets to try. */
final class PacketInput {
  @Option(
      names = "--read",
      paramLabel = "<file>",
      description = "Packets of a pcap or pcapng file; - is stdin.")
  private @Nullable Path file;

  @Option(
      names = "--hex",
      paramLabel = "<digits>",
      description = "One packet, as hexadecimal digits; white space and colons are ignored.")
  private @Nullable String hex;

  /** What is done with each packet. */
  @FunctionalInterface
  interface Each {
    /** False: no more of them. */
    boolean packet(CapturedPacket packet) throws IOException;
  }

  void forEach(CommandSpec spec, @Nullable LinkName link, Each each) throws IOException {
    if ((file == null) == (hex == null)) {
      throw new ParameterException(
          spec.commandLine(), "give packets, either with --read <file> or with --hex <digits>");
    }
    if (hex != null) {
      byte[] bytes = digits(spec, hex);
      LinkType first = link == LinkName.raw ? LinkType.RAW_IP : LinkType.ETHERNET;
      each.packet(CapturedPacket.of(first, bytes));
      return;
    }
    if (file != null) {
      read(spec, file, link, each);
    }
  }

  private static void read(CommandSpec spec, Path file, @Nullable LinkName link, Each each)
      throws IOException {
    try (CaptureReader reader = open(file)) {
      for (CapturedPacket packet = next(reader, file);
          packet != null;
          packet = next(reader, file)) {
        if (link != null && !link.includes(packet.linkType())) {
          throw new ParameterException(
              spec.commandLine(),
              "packet "
                  + packet.number()
                  + " of "
                  + file
                  + " is "
                  + LinkName.of(packet.linkType())
                  + ", not "
                  + link
                  + ": leave --link out");
        }
        if (!each.packet(packet)) {
          return;
        }
      }
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

  private static byte[] digits(CommandSpec spec, String text) {
    try {
      return HexFormat.of().parseHex(text.replaceAll("[\\s:]", ""));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--hex takes pairs of hexadecimal digits: " + e.getMessage(), e);
    }
  }
}
