package io.dropwatch.pcapfilter.packet;

import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The pcap format: one header, then packets of one link type. */
final class PcapFormat implements CaptureReader.CaptureFormat {
  private final ByteSource source;
  private final int nanosPerUnit;
  private final int link;
  private long number;

  /** Reads the rest of the file header, after the magic number. */
  PcapFormat(ByteSource source, int nanosPerUnit) throws IOException {
    this.source = source;
    this.nanosPerUnit = nanosPerUnit;
    String header = "the file's header";
    // Version, time zone, accuracy and snap length are not needed.
    source.skip(16, header);
    // The upper bits are about a frame check sequence after the packet.
    this.link = source.int32(header) & 0xffff;
  }

  @Override
  public @Nullable CapturedPacket next() throws IOException {
    if (source.atEnd()) {
      return null;
    }
    long start = source.offset();
    String header = "a packet's header";
    long seconds = source.unsigned32(header);
    long fraction = source.unsigned32(header);
    long captured = source.unsigned32(header);
    int wire = source.int32(header);
    if (captured > CaptureReader.MAX_PACKET) {
      throw new CaptureFormatException(
          "a packet of " + captured + " captured bytes; at most 262144 are supported", start);
    }
    byte[] bytes = source.bytes((int) captured, "a packet of " + captured + " bytes");
    Instant time = Instant.ofEpochSecond(seconds, fraction * nanosPerUnit);
    CapturedPacket packet = CapturedPacket.captured(++number, time, link, bytes, wire, 0);
    if (packet == null) {
      throw CaptureReader.unsupported(link, start);
    }
    return packet;
  }
}
