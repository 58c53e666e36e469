package io.dropwatch.examples.filter;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.packet.CaptureReader;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import java.io.IOException;
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
    void packet(CapturedPacket packet);
  }

  void forEach(CommandSpec spec, @Nullable LinkType link, Each each) throws IOException {
    if ((file == null) == (hex == null)) {
      throw new ParameterException(
          spec.commandLine(), "give packets, either with --read <file> or with --hex <digits>");
    }
    if (hex != null) {
      byte[] bytes = digits(spec, hex);
      LinkType first = link == LinkType.RAW_IP ? LinkType.RAW_IP : LinkType.ETHERNET;
      each.packet(new CapturedPacket(1, null, first, bytes, bytes.length, 0));
      return;
    }
    if (file != null) {
      read(spec, file, link, each);
    }
  }

  private static void read(CommandSpec spec, Path file, @Nullable LinkType link, Each each)
      throws IOException {
    boolean stdin = file.toString().equals("-");
    try (CaptureReader reader = stdin ? CaptureReader.of(System.in) : CaptureReader.open(file)) {
      for (CapturedPacket packet = reader.next(); packet != null; packet = reader.next()) {
        if (link != null && link != LinkType.SKB && link != packet.linkType()) {
          throw new ParameterException(
              spec.commandLine(),
              "packet "
                  + packet.number()
                  + " of "
                  + file
                  + " is "
                  + packet.linkType()
                  + ", not "
                  + link
                  + ": leave --link out");
        }
        each.packet(packet);
      }
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
