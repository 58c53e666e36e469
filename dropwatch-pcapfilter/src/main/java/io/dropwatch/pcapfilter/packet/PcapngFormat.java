package io.dropwatch.pcapfilter.packet;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pcapng format: sections of blocks, each with its length at both ends. */
final class PcapngFormat implements CaptureReader.CaptureFormat {
  /** The same in either byte order. */
  static final int SECTION = 0x0a0d0d0a;

  private static final int INTERFACE = 1;
  private static final int OBSOLETE_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int ENHANCED_PACKET = 6;

  private static final int OPTION_END = 0;
  private static final int OPTION_RESOLUTION = 9;
  private static final int OPTION_OFFSET = 14;
  private static final int MICROSECONDS = 6;
  private static final int MAX_INTERFACES = 65_536;

  private final ByteSource source;
  private final List<CaptureInterface> interfaces = new ArrayList<>();
  private long number;
  private long skipped;

  /** Reads the header of the first section, after its block type. */
  PcapngFormat(ByteSource source) throws IOException {
    this.source = source;
    section(0);
  }

  /**
   * The block that is being read.
   *
   * @param start offset of its start
   * @param end offset of the end of its body
   * @param length its length field
   */
  private record Block(long start, long end, long length) {}

  @Override
  public @Nullable CapturedPacket next() throws IOException {
    while (!source.atEnd()) {
      long start = source.offset();
      int type = source.int32("a block");
      if (type == SECTION) {
        section(start);
        continue;
      }
      Block block = block(start, source.unsigned32("a block"));
      CapturedPacket packet =
          switch (type) {
            case ENHANCED_PACKET -> enhanced(block, false);
            case OBSOLETE_PACKET -> enhanced(block, true);
            case SIMPLE_PACKET -> simple(block);
            case INTERFACE -> {
              description(block);
              yield null;
            }
            default -> null;
          };
      finish(block);
      if (packet != null) {
        return packet;
      }
    }
    return null;
  }

  @Override
  public long skipped() {
    return skipped;
  }

  // The length comes before the byte-order mark.
  private void section(long start) throws IOException {
    String what = "a section's header";
    source.bigEndian();
    int length = source.int32(what);
    int mark = source.int32(what);
    switch (mark) {
      case 0x1a2b3c4d -> {}
      case 0x4d3c2b1a -> {
        source.littleEndian();
        length = Integer.reverseBytes(length);
      }
      default ->
          throw new CaptureFormatException(
              "the section's byte-order mark is 0x" + "%08x".formatted(mark), start);
    }
    Block block = block(start, Integer.toUnsignedLong(length));
    need(block, 4, what);
    int version = source.int16(what);
    if (version != 1) {
      throw new CaptureFormatException(
          "pcapng version " + version + " is not supported, only 1", start);
    }
    interfaces.clear();
    finish(block);
  }

  private static Block block(long start, long length) throws CaptureFormatException {
    if (length < 12 || length % 4 != 0) {
      throw new CaptureFormatException(
          "a block has an invalid length of " + length + " bytes", start);
    }
    return new Block(start, start + length - 4, length);
  }

  private void finish(Block block) throws IOException {
    source.skip(block.end() - source.offset(), "a block of " + block.length() + " bytes");
    long again = source.unsigned32("a block of " + block.length() + " bytes");
    if (again != block.length()) {
      throw new CaptureFormatException(
          "a block has a length of "
              + block.length()
              + " bytes at its start and "
              + again
              + " at its end",
          block.start());
    }
  }

  private void need(Block block, long bytes, String what) throws CaptureFormatException {
    if (source.offset() + bytes > block.end()) {
      throw new CaptureFormatException(
          "a block of " + block.length() + " bytes is too short for " + what, block.start());
    }
  }

  private void description(Block block) throws IOException {
    String what = "an interface's description";
    need(block, 8, what);
    int link = source.int16(what);
    source.skip(2, what);
    long snapLength = source.unsigned32(what);
    int resolution = MICROSECONDS;
    long offset = 0;
    while (source.offset() + 4 <= block.end()) {
      int code = source.int16(what);
      int length = source.int16(what);
      long padded = (length + 3L) & ~3L;
      if (code == OPTION_END) {
        break;
      }
      need(block, padded, "its options");
      long next = source.offset() + padded;
      if (code == OPTION_RESOLUTION && length == 1) {
        resolution = source.bytes(1, what)[0] & 0xff;
      } else if (code == OPTION_OFFSET && length == 8) {
        offset = int64(what);
      }
      source.skip(next - source.offset(), what);
    }
    if (interfaces.size() == MAX_INTERFACES) {
      throw new CaptureFormatException(
          "more than " + MAX_INTERFACES + " interfaces in one section", block.start());
    }
    interfaces.add(new CaptureInterface(link, snapLength, resolution, offset));
  }

  private long int64(String what) throws IOException {
    long first = source.unsigned32(what);
    long second = source.unsigned32(what);
    return source.isLittleEndian() ? second << 32 | first : first << 32 | second;
  }

  private @Nullable CapturedPacket enhanced(Block block, boolean obsolete) throws IOException {
    String what = "a packet's header";
    need(block, 20, what);
    long index;
    if (obsolete) {
      index = source.int16(what);
      source.skip(2, what);
    } else {
      index = source.unsigned32(what);
    }
    CaptureInterface from = from(index, block);
    Instant time = from.time(source.unsigned32(what), source.unsigned32(what), block.start());
    long captured = source.unsigned32(what);
    int wire = source.int32(what);
    return packet(block, from, (int) index, time, captured, wire);
  }

  private @Nullable CapturedPacket simple(Block block) throws IOException {
    String what = "a packet's header";
    need(block, 4, what);
    CaptureInterface from = from(0, block);
    int wire = source.int32(what);
    long captured = Integer.toUnsignedLong(wire);
    if (from.snapLength() != 0) {
      captured = Math.min(captured, from.snapLength());
    }
    return packet(block, from, 0, null, captured, wire);
  }

  private CaptureInterface from(long index, Block block) throws CaptureFormatException {
    if (index >= interfaces.size()) {
      throw new CaptureFormatException(
          "a packet of interface "
              + index
              + " in a section with "
              + interfaces.size()
              + " interfaces",
          block.start());
    }
    return interfaces.get((int) index);
  }

  private @Nullable CapturedPacket packet(
      Block block,
      CaptureInterface from,
      int index,
      @Nullable Instant time,
      long captured,
      int wire)
      throws IOException {
    if (captured > CaptureReader.MAX_PACKET) {
      throw new CaptureFormatException(
          "a packet of " + captured + " captured bytes; at most 262144 are supported",
          block.start());
    }
    need(block, captured, "a packet of " + captured + " bytes");
    byte[] bytes = source.bytes((int) captured, "a packet of " + captured + " bytes");
    CapturedPacket packet =
        CapturedPacket.captured(++number, time, from.link(), bytes, wire, index);
    if (packet == null) {
      skipped++;
    }
    return packet;
  }
}
