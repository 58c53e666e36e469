package io.dropwatch.pcapfilter.packet;

import io.dropwatch.pcapfilter.LinkType;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets of a pcap or pcapng file, one after the other.
 *
 * <pre>{@code
 * try (CaptureReader reader = CaptureReader.open(file)) {
 *   for (CapturedPacket packet = reader.next(); packet != null; packet = reader.next()) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>It reads pcap in either byte order, with microseconds or nanoseconds, and pcapng with any
 * number of sections and interfaces, Enhanced, Simple and the obsolete Packet Blocks, and any
 * resolution of time; other blocks and options are skipped. Link types are Ethernet (1), raw IP
 * (12, 14, 101, 228, 229), Linux cooked (113, 276) and BSD loopback (0, 108), see {@link
 * CapturedPacket#isCooked}. A pcap file of another one is refused with its name; in pcapng such
 * packets are {@link #skipped}.
 *
 * <p>Files may be hostile: at most one packet, of at most {@value #MAX_PACKET} bytes, is in memory,
 * and a malformed file leads to a {@link CaptureFormatException}. Not thread-safe.
 *
 * @see <a href="https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html">pcap</a>
 * @see <a href="https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html">pcapng</a>
 */
public final class CaptureReader implements Closeable {
  /** Maximum number of captured bytes of a packet, as in libpcap. */
  static final int MAX_PACKET = 262_144;

  private final InputStream in;
  private final CaptureFormat format;

  private CaptureReader(InputStream in) throws IOException {
    this.in = in;
    this.format = format(new ByteSource(in));
  }

  /** A file format. */
  interface CaptureFormat {
    @Nullable CapturedPacket next() throws IOException;

    /** Returns how many packets had a link type that is not supported. */
    default long skipped() {
      return 0;
    }
  }

  /**
   * Opens a file.
   *
   * @throws CaptureFormatException if it does not start as a capture file does
   * @throws IOException if it cannot be read
   */
  public static CaptureReader open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      return of(in);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Returns a reader of a stream, such as a pipe. Closing the reader closes the stream.
   *
   * @throws CaptureFormatException if it does not start as a capture file does
   * @throws IOException if it cannot be read
   */
  public static CaptureReader of(InputStream in) throws IOException {
    return new CaptureReader(new BufferedInputStream(Objects.requireNonNull(in, "in"), 1 << 16));
  }

  /**
   * Returns how many packets of a pcapng file were left out so far, because their interface has a
   * link type that is not supported. They count in {@link CapturedPacket#number}.
   */
  public long skipped() {
    return format.skipped();
  }

  /**
   * Returns the next packet, or null after the last one.
   *
   * @throws CaptureFormatException if the file is malformed, or a pcap file has a link type that is
   *     not supported
   * @throws IOException if it cannot be read
   */
  public @Nullable CapturedPacket next() throws IOException {
    return format.next();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static CaptureFormat format(ByteSource source) throws IOException {
    if (source.atEnd()) {
      throw new CaptureFormatException("not a capture file: it is empty", 0);
    }
    int magic = source.int32("the magic number");
    return switch (magic) {
      case 0xa1b2c3d4 -> new PcapFormat(source, 1_000);
      case 0xa1b23c4d -> new PcapFormat(source, 1);
      case 0xd4c3b2a1 -> new PcapFormat(source.littleEndian(), 1_000);
      case 0x4d3cb2a1 -> new PcapFormat(source.littleEndian(), 1);
      case PcapngFormat.SECTION -> new PcapngFormat(source);
      case 0xa1b2cd34, 0x34cdb2a1 ->
          throw new CaptureFormatException(
              "a pcap file of Kuznetzov's patched libpcap; convert it with editcap -F pcap", 0);
      default ->
          throw new CaptureFormatException(
              "not a pcap or pcapng file: it starts with 0x" + "%08x".formatted(magic), 0);
    };
  }

  /** Returns the link type of a LINKTYPE_ number; null if there is none. */
  static @Nullable LinkType linkType(int number) {
    return switch (number) {
      case 1 -> LinkType.ETHERNET;
      case 12, 14, 101, 228, 229 -> LinkType.RAW_IP;
      default -> null;
    };
  }

  static CaptureFormatException unsupported(int linkType, long offset) {
    return new CaptureFormatException(
        "packets of link type "
            + linkType
            + name(linkType)
            + " are not supported, only Ethernet (1), raw IP (101), Linux cooked (113, 276) and BSD"
            + " loopback (0, 108)",
        offset);
  }

  private static String name(int number) {
    return switch (number) {
      case 9 -> " (PPP)";
      case 105, 127 -> " (802.11)";
      case 117 -> " (PF log)";
      case 220, 249 -> " (USB)";
      default -> "";
    };
  }
}
