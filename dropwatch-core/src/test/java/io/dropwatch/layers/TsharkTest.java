package io.dropwatch.layers;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.LinkType;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares every field of every layer of generated packets with tshark. For more or other packets:
 * {@code -Ddropwatch.tshark.packets=20000 -Ddropwatch.tshark.seed=1}.
 */
class TsharkTest {
  private static final int PACKETS = Integer.getInteger("dropwatch.tshark.packets", 1000);
  private static final long SEED = Long.getLong("dropwatch.tshark.seed", 20260804);

  private static final Set<String> PROTOCOLS =
      Set.of(
          "frame",
          "eth",
          "ethertype",
          "vlan",
          "ieee8021ad",
          "llc",
          "arp",
          "ip",
          "ipv6",
          "ipv6.hopopts",
          "ipv6.dstopts",
          "ipv6.fraghdr",
          "tcp",
          "udp",
          "sctp",
          "icmp",
          "icmpv6",
          "gre",
          "vxlan",
          "geneve",
          "mpls",
          "pppoed",
          "pppoes",
          "ppp",
          "erspan",
          "ah",
          "data");

  @Test
  void decode_generatedPackets_agreesWithTshark(@TempDir Path folder) throws Exception {
    var packets = new RandomPackets(new Random(SEED));
    List<byte[]> frames = new ArrayList<>(Packets.frames());
    while (frames.size() < PACKETS) {
      frames.add(packets.frame());
    }
    Path capture = folder.resolve("packets.pcap");
    Files.write(capture, pcap(frames));
    List<String> lines = tshark(folder, capture);

    assertEquals(frames.size(), lines.size());
    for (int i = 0; i < TsharkField.ALL.size(); i++) {
      int column = i;
      assertTrue(
          lines.stream().anyMatch(line -> !line.split("\t", -1)[column].isEmpty()),
          () -> "no packet has " + TsharkField.ALL.get(column).name());
    }
    assertAll(
        IntStream.range(0, frames.size())
            .mapToObj(i -> () -> assertSame(i, frames.get(i), lines.get(i))));
  }

  private static void assertSame(int number, byte[] frame, String line) {
    Layers layers = Layers.decode(LinkType.ETHERNET, frame);
    List<Layer> flat = flat(layers);
    String[] expectedFields = line.split("\t", -1);
    String where = "packet " + number + " " + HexFormat.of().formatHex(frame) + ": " + layers;

    assertFalse(layers.malformed() || layers.truncated(), where);
    for (int i = 0; i < TsharkField.ALL.size(); i++) {
      TsharkField field = TsharkField.ALL.get(i);
      String actual = field.of(flat);
      String expected = decimal(expectedFields[i]);
      if (!expected.equals(actual) && field.name().equals("ip.frag_offset")) {
        // Some versions of tshark count in bytes.
        actual = timesEight(actual);
      }
      assertEquals(expected, actual, () -> field.name() + " of " + where);
    }
  }

  private static String timesEight(String numbers) {
    return Pattern.compile("[0-9]+")
        .matcher(numbers)
        .replaceAll(number -> String.valueOf(8 * Integer.parseInt(number.group())));
  }

  // Numbers are hexadecimal in some fields; booleans are words or digits, depending on the version.
  private static String decimal(String values) {
    return Pattern.compile("0x[0-9a-f]+")
        .matcher(values.replace("True", "1").replace("False", "0"))
        .replaceAll(hex -> Long.decode(hex.group()).toString());
  }

  private static List<Layer> flat(Layers layers) {
    List<Layer> all = new ArrayList<>(layers.all());
    if (layers.inner() != null) {
      all.addAll(flat(layers.inner()));
    }
    if (layers.quoted() != null) {
      all.addAll(flat(layers.quoted()));
    }
    return all;
  }

  private static List<String> tshark(Path folder, Path capture) throws Exception {
    disableOtherProtocols(folder);
    List<String> command = new ArrayList<>(List.of("-n", "-r", capture.toString()));
    for (String option :
        List.of(
            "ip.defragment:FALSE",
            "ipv6.defragment:FALSE",
            "tcp.relative_sequence_numbers:FALSE")) {
      command.addAll(List.of("-o", option));
    }
    command.addAll(List.of("-d", "udp.port==8472,vxlan", "-T", "fields", "-E", "occurrence=a"));
    TsharkField.ALL.forEach(field -> command.addAll(List.of("-e", field.name())));
    return run(folder, command);
  }

  // Random payload sometimes looks like a protocol that has IP addresses.
  private static void disableOtherProtocols(Path folder) throws Exception {
    List<String> others =
        run(folder, List.of("-G", "protocols")).stream()
            .map(line -> line.split("\t", -1)[2])
            .filter(name -> !PROTOCOLS.contains(name))
            .toList();
    Files.write(folder.resolve("disabled_protos"), others);
  }

  private static List<String> run(Path folder, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(arguments);
    command.addFirst("tshark");
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    var builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment().put("WIRESHARK_CONFIG_DIR", folder.toString());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new AssertionError(
          "this test needs tshark: apt-get install tshark (make test does it)", e);
    }
    assertEquals(0, process.waitFor(), () -> read(errors));
    return Files.readAllLines(output);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static byte[] pcap(List<byte[]> frames) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    // Magic, version 2.4, zone, accuracy, snaplen, DLT_EN10MB.
    for (int word : new int[] {0xa1b2c3d4, 2 << 16 | 4, 0, 0, 262144, 1}) {
      out.writeInt(word);
    }
    for (byte[] frame : frames) {
      for (int word : new int[] {0, 0, frame.length, frame.length}) {
        out.writeInt(word);
      }
      out.write(frame);
    }
    return bytes.toByteArray();
  }
}
