package io.dropwatch.pcapfilter.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.LinkType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Capture files that Wireshark's tools wrote, and broken ones. */
class CaptureReaderTest {
  private static final byte[] FRAME =
      PacketBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(40000, 443, 2).build();

  @TempDir private Path directory = Path.of(".");

  @ParameterizedTest
  @ValueSource(strings = {"pcap", "nsecpcap", "pcapng"})
  void filesOfEditcap_areRead(String format) throws IOException, InterruptedException {
    Path file = directory.resolve("out." + format);
    run("editcap", "-F", format, text2pcap(1).toString(), file.toString());
    List<CapturedPacket> packets = read(Files.readAllBytes(file));
    assertEquals(2, packets.size());
    CapturedPacket second = packets.get(1);
    assertEquals(2, second.number());
    assertEquals(LinkType.ETHERNET, second.linkType());
    assertEquals(FRAME.length, second.wireLength());
    assertArrayEquals(FRAME, second.bytes());
    assertEquals(Instant.parse("2026-11-25T10:00:01.000001Z"), second.time());
  }

  @Test
  void truncatedPackets_keepTheirWireLength() throws IOException, InterruptedException {
    Path file = directory.resolve("cut.pcapng");
    run("editcap", "-s", "20", text2pcap(1).toString(), file.toString());
    CapturedPacket packet = read(Files.readAllBytes(file)).getFirst();
    assertArrayEquals(Arrays.copyOf(FRAME, 20), packet.bytes());
    assertEquals(FRAME.length, packet.wireLength());
  }

  @Test
  void pcapng_severalInterfacesAndSections_areRead() throws IOException, InterruptedException {
    Path merged = directory.resolve("merged.pcapng");
    run(
        "mergecap",
        "-a",
        "-I",
        "none",
        "-w",
        merged.toString(),
        text2pcap(1).toString(),
        text2pcap(101).toString());
    byte[] once = Files.readAllBytes(merged);
    byte[] twice = Arrays.copyOf(once, 2 * once.length);
    System.arraycopy(once, 0, twice, once.length, once.length);
    assertEquals(
        "[1:ETHERNET:0, 2:ETHERNET:0, 3:RAW_IP:1, 4:RAW_IP:1,"
            + " 5:ETHERNET:0, 6:ETHERNET:0, 7:RAW_IP:1, 8:RAW_IP:1]",
        read(twice).stream()
            .map(p -> p.number() + ":" + p.linkType() + ":" + p.interfaceNumber())
            .toList()
            .toString());
  }

  @ParameterizedTest
  @CsvSource({"12, RAW_IP", "14, RAW_IP", "101, RAW_IP", "228, RAW_IP", "229, RAW_IP"})
  void rawIp(int link, LinkType expected) throws IOException {
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      CapturedPacket packet = read(pcap(order, link, FRAME)).getFirst();
      assertEquals(expected, packet.linkType());
      assertEquals(Instant.ofEpochSecond(7, 5_000), packet.time());
    }
  }

  @Test
  void simplePacketBlock_isReadInEitherByteOrder() throws IOException {
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      ByteBuffer file = ByteBuffer.allocate(200).order(order);
      file.putInt(0x0a0d0d0a).putInt(28).putInt(0x1a2b3c4d).putShort((short) 1);
      file.putShort((short) 0).putLong(-1).putInt(28);
      file.putInt(1).putInt(20).putShort((short) 1).putShort((short) 0).putInt(3).putInt(20);
      file.putInt(0x40000bad).putInt(16).putInt(7).putInt(16);
      file.putInt(3).putInt(20).putInt(60).putInt(0x01020304).putInt(20);
      CapturedPacket packet = read(Arrays.copyOf(file.array(), file.position())).getFirst();
      assertNull(packet.time());
      assertEquals(60, packet.wireLength());
      assertEquals(3, packet.bytes().length);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''             | not a capture file: it is empty, at byte 0
          a1b2           | the file ends within the magic number, at byte 2
          00000000       | not a pcap or pcapng file: it starts with 0x00000000, at byte 0
          a1b2cd34       | a pcap file of Kuznetzov's patched libpcap; convert it with editcap -F pcap, at byte 0
          a1b2c3d4 0002  | the file ends within the file's header, at byte 4
          0a0d0d0a 0000001c 12345678 | the section's byte-order mark is 0x12345678, at byte 0
          0a0d0d0a 00000008 1a2b3c4d | a block has an invalid length of 8 bytes, at byte 0
          0a0d0d0a 0000001c 1a2b3c4d 00020000 | pcapng version 2 is not supported, only 1, at byte 0
          0a0d0d0a 00000014 1a2b3c4d 00010000 00000018 | a block has a length of 20 bytes at its start and 24 at its end, at byte 0
          0a0d0d0a 00000014 1a2b3c4d 00010000 00000014 00000003 00000010 00000000 | a packet of interface 0 in a section with 0 interfaces, at byte 20
          """)
  void malformedFile_throwsWithOffset(String hex, String message) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    CaptureFormatException e = assertThrows(CaptureFormatException.class, () -> read(bytes));
    assertEquals(message, e.getMessage());
    assertTrue(e.offset() <= bytes.length);
  }

  @Test
  void packetTooLongTruncatedOrOfAnotherLinkType_throws() {
    byte[] good = pcap(ByteOrder.BIG_ENDIAN, 1, FRAME);
    byte[] huge = good.clone();
    ByteBuffer.wrap(huge).putInt(32, Integer.MAX_VALUE);
    refused("a packet of 2147483647 captured bytes; at most 262144 are supported", huge);
    refused("the file ends within a packet of 54 bytes", Arrays.copyOf(good, good.length - 1));
    refused(
        "packets of link type 105 (802.11) are not supported, only Ethernet (1), raw IP (101), Linux"
            + " cooked (113, 276) and BSD loopback (0, 108)",
        pcap(ByteOrder.BIG_ENDIAN, 105, FRAME));
  }

  @Test
  void pcapng_packetsOfUnknownLinkType_areSkippedAndCounted()
      throws IOException, InterruptedException {
    Path merged = directory.resolve("mixed.pcapng");
    String first = text2pcap(105).toString();
    String second = text2pcap(1).toString();
    run("mergecap", "-a", "-I", "none", "-w", merged.toString(), first, second, first);
    try (CaptureReader reader = CaptureReader.open(merged)) {
      List<Long> numbers = new ArrayList<>();
      for (CapturedPacket packet = reader.next(); packet != null; packet = reader.next()) {
        numbers.add(packet.number());
      }
      assertEquals(List.of(3L, 4L), numbers);
      assertEquals(4, reader.skipped());
    }
  }

  @Property(tries = 3000)
  void anyBytes_havePacketsOrThrowCaptureFormatException(
      @ForAll byte[] noise, @ForAll @IntRange(min = 0, max = 3) int head) throws IOException {
    byte[][] heads = {
      {},
      pcap(ByteOrder.LITTLE_ENDIAN, 1, FRAME),
      HexFormat.of().parseHex("0a0d0d0a000000141a2b3c4d0001000000000014"),
      HexFormat.of()
          .parseHex(
              "0a0d0d0a000000141a2b3c4d0001000000000014"
                  + "000000010000001400010000000000000000001400000006")
    };
    byte[] bytes = Arrays.copyOf(heads[head], heads[head].length + noise.length);
    System.arraycopy(noise, 0, bytes, heads[head].length, noise.length);
    try {
      read(bytes);
    } catch (CaptureFormatException e) {
      assertTrue(e.offset() <= bytes.length, e.getMessage());
    }
  }

  @Property(tries = 3000)
  void damagedFile_hasPacketsOrThrowsCaptureFormatException(
      @ForAll @IntRange(min = 0, max = 123) int at, @ForAll byte value) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(124);
    file.putInt(0x0a0d0d0a).putInt(28).putInt(0x1a2b3c4d).putInt(0x10000).putLong(-1).putInt(28);
    file.putInt(1).putInt(48).putInt(0x10000).putInt(0);
    file.putInt(0x0009_0001).putInt(0x0900_0000);
    file.putInt(0x000e_0008).putLong(5).putInt(0).putInt(48);
    file.putInt(6).putInt(36).putInt(0).putLong(7).putInt(4).putInt(4).putInt(9).putInt(36);
    file.putInt(at & ~3, value);
    file.put(at, value);
    try {
      read(file.array());
    } catch (CaptureFormatException e) {
      assertTrue(e.offset() <= 124, e.getMessage());
    }
  }

  private static void refused(String message, byte[] bytes) {
    CaptureFormatException e = assertThrows(CaptureFormatException.class, () -> read(bytes));
    assertTrue(String.valueOf(e.getMessage()).startsWith(message), e.getMessage());
  }

  private static List<CapturedPacket> read(byte[] file) throws IOException {
    List<CapturedPacket> packets = new ArrayList<>();
    try (CaptureReader reader = CaptureReader.of(new ByteArrayInputStream(file))) {
      for (CapturedPacket packet = reader.next(); packet != null; packet = reader.next()) {
        packets.add(packet);
      }
    }
    return packets;
  }

  private static byte[] pcap(ByteOrder order, int link, byte[] packet) {
    return ByteBuffer.allocate(40 + packet.length)
        .order(order)
        .putInt(0xa1b2c3d4)
        .putShort((short) 2)
        .putShort((short) 4)
        .putLong(0)
        .putInt(65535)
        .putInt(link)
        .putInt(7)
        .putInt(5)
        .putInt(packet.length)
        .putInt(packet.length)
        .put(packet)
        .array();
  }

  /** Two packets of the frame, a second apart. */
  private Path text2pcap(int link) throws IOException, InterruptedException {
    String octets = HexFormat.ofDelimiter(" ").formatHex(FRAME);
    Path text = directory.resolve(link + ".txt");
    Files.writeString(
        text,
        "2026-11-25 10:00:00.123456\n000000 "
            + octets
            + "\n\n2026-11-25 10:00:01.000001\n000000 "
            + octets
            + "\n");
    Path file = directory.resolve(link + ".pcapng");
    String format = "%Y-%m-%d %H:%M:%S.%f";
    String number = Integer.toString(link);
    run("text2pcap", "-q", "-l", number, "-t", format, text.toString(), file.toString());
    return file;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("TZ", "UTC");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), String.join(" ", command) + " says: " + said);
  }
}
