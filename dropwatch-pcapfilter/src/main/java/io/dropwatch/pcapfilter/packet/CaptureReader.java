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
 * resolution of time; other blocks and options are skipped. Link types are Ethernet (1) and raw IP
 * (12, 14, 101, 228, 229); packets of another one are refused with its name.
 *
 * <p>Files may be hostile: at most one packet, of at most {@value #LONGEST_PACKET} bytes, is in
 * memory, and a malformed file leads to a {@link CaptureFormatException}. Not thread-safe.
 *
 * @see <a href="https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html">pcap</a>
 * @see <a href="https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html">pcapng</a>
 */
public final class CaptureReader implements Closeable {
  /** Packets with more captured bytes are refused; as in libpcap. */
  static final int LONGEST_PACKET = 262_144;

  private final InputStream in;
  private final CaptureFormat format;

  private CaptureReader(InputStream in) throws IOException {
    this.in = in;
    this.format = format(new ByteSource(in));
  }

  /** One way of storing packets. */
  interface CaptureFormat {
    @Nullable CapturedPacket next() throws IOException;
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
   * Returns the next packet, or null after the last one.
   *
   * @throws CaptureFormatException if the file is malformed, or {@link LinkType} does not have the
   *     packet's link type
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
      throw new CaptureFormatException("no capture file: it is empty", 0);
    }
    int magic = source.int32("the magic number");
    return switch (magic) {
      case 0xa1b2c3d4 -> new Pcap(source, 1_000);
      case 0xa1b23c4d -> new Pcap(source, 1);
      case 0xd4c3b2a1 -> new Pcap(source.littleEndian(), 1_000);
      case 0x4d3cb2a1 -> new Pcap(source.littleEndian(), 1);
      case Pcapng.SECTION -> new Pcapng(source);
      case 0xa1b2cd34, 0x34cdb2a1 ->
          throw new CaptureFormatException(
              "a pcap file of Kuznetzov's patched libpcap; convert it with editcap -F pcap", 0);
      default ->
          throw new CaptureFormatException(
              "no pcap or pcapng file: it begins with 0x" + "%08x".formatted(magic), 0);
    };
  }
}
