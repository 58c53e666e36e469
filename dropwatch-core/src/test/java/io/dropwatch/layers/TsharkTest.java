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
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wireshark's dissectors are the judge: every field of every layer of generated packets. */
class TsharkTest {
  private static final int PACKETS = 1000;
  private static final long SEED = 20260804;

  /** A field of tshark's and the same of ours, in the order of the wire. */
  private record Field(String name, Function<Layer, @Nullable String> ours) {
    String of(List<Layer> layers) {
      return layers.stream()
          .map(ours)
          .filter(value -> value != null)
          .collect(Collectors.joining(","));
    }
  }

  private static <T extends Layer> Field field(
      String name, Class<T> kind, Function<T, @Nullable Object> ours) {
    return new Field(
        name,
        layer -> {
          Object value = kind.isInstance(layer) ? ours.apply(kind.cast(layer)) : null;
          return value == null ? null : value.toString();
        });
  }

  private static final List<Field> FIELDS =
      List.of(
          field("eth.src", Ethernet.class, Ethernet::src),
          field("eth.dst", Ethernet.class, Ethernet::dst),
          field("eth.type", Ethernet.class, eth -> eth.len() == null ? eth.type() : null),
          field("eth.len", Ethernet.class, Ethernet::len),
          field("llc.dsap", Llc.class, Llc::dsap),
          field("llc.ssap", Llc.class, Llc::ssap),
          field("llc.control", Llc.class, Llc::control),
          field("vlan.priority", Vlan.class, tag -> tag.tpid() == 0x8100 ? tag.priority() : null),
          field("vlan.dei", Vlan.class, tag -> tag.tpid() == 0x8100 ? flag(tag.dei()) : null),
          field("vlan.id", Vlan.class, tag -> tag.tpid() == 0x8100 ? tag.id() : null),
          field("ieee8021ad.id", Vlan.class, tag -> tag.tpid() == 0x88a8 ? tag.id() : null),
          field(
              "ieee8021ad.priority",
              Vlan.class,
              tag -> tag.tpid() == 0x88a8 ? tag.priority() : null),
          // Theirs has both versions.
          new Field(
              "ip.version",
              layer -> layer instanceof Ipv4 ? "4" : layer instanceof Ipv6 ? "6" : null),
          field("ip.hdr_len", Ipv4.class, ip -> 4 * ip.ihl()),
          field("ip.dsfield", Ipv4.class, Ipv4::tos),
          field("ip.len", Ipv4.class, Ipv4::len),
          field("ip.id", Ipv4.class, Ipv4::id),
          field("ip.flags.rb", Ipv4.class, ip -> flag((ip.flags() & 4) != 0)),
          field("ip.flags.df", Ipv4.class, ip -> flag((ip.flags() & 2) != 0)),
          field("ip.flags.mf", Ipv4.class, ip -> flag((ip.flags() & 1) != 0)),
          field("ip.frag_offset", Ipv4.class, Ipv4::fragOffset),
          field("ip.ttl", Ipv4.class, Ipv4::ttl),
          field("ip.proto", Ipv4.class, Ipv4::protocol),
          field("ip.checksum", Ipv4.class, Ipv4::checksum),
          field("ip.src", Ipv4.class, Ipv4::src),
          field("ip.dst", Ipv4.class, Ipv4::dst),
          field("ipv6.version", Ipv6.class, Ipv6::version),
          field("ipv6.tclass", Ipv6.class, Ipv6::trafficClass),
          field("ipv6.flow", Ipv6.class, Ipv6::flowLabel),
          field("ipv6.plen", Ipv6.class, Ipv6::len),
          field("ipv6.nxt", Ipv6.class, Ipv6::nextHeader),
          field("ipv6.hlim", Ipv6.class, Ipv6::hopLimit),
          field("ipv6.src", Ipv6.class, Ipv6::src),
          field("ipv6.dst", Ipv6.class, Ipv6::dst),
          extension("ipv6.hopopts.nxt", IpProtocol.HOP_BY_HOP, IpExtension::nextHeader),
          extension("ipv6.hopopts.len_oct", IpProtocol.HOP_BY_HOP, IpExtension::len),
          extension("ipv6.dstopts.nxt", IpProtocol.DESTINATION_OPTIONS, IpExtension::nextHeader),
          extension("ipv6.dstopts.len_oct", IpProtocol.DESTINATION_OPTIONS, IpExtension::len),
          field("ipv6.fraghdr.nxt", Ipv6Fragment.class, Ipv6Fragment::nextHeader),
          field("ipv6.fraghdr.offset", Ipv6Fragment.class, Ipv6Fragment::fragOffset),
          field("ipv6.fraghdr.more", Ipv6Fragment.class, frag -> flag(frag.moreFragments())),
          field("ipv6.fraghdr.ident", Ipv6Fragment.class, Ipv6Fragment::id),
          field("tcp.srcport", Tcp.class, Tcp::sport),
          field("tcp.dstport", Tcp.class, Tcp::dport),
          field("tcp.seq_raw", Tcp.class, Tcp::seq),
          field("tcp.ack_raw", Tcp.class, Tcp::ack),
          field("tcp.hdr_len", Tcp.class, tcp -> 4 * tcp.dataOffset()),
          field("tcp.flags", Tcp.class, Tcp::flags),
          field("tcp.window_size_value", Tcp.class, Tcp::window),
          field("tcp.checksum", Tcp.class, Tcp::checksum),
          field("tcp.urgent_pointer", Tcp.class, Tcp::urgent),
          field("udp.srcport", Udp.class, Udp::sport),
          field("udp.dstport", Udp.class, Udp::dport),
          field("udp.length", Udp.class, Udp::len),
          field("udp.checksum", Udp.class, Udp::checksum),
          field("sctp.srcport", Sctp.class, Sctp::sport),
          field("sctp.dstport", Sctp.class, Sctp::dport),
          field("sctp.verification_tag", Sctp.class, Sctp::tag),
          field("sctp.checksum", Sctp.class, Sctp::checksum),
          icmp("icmp.type", 4, Icmp::type),
          icmp("icmp.code", 4, Icmp::code),
          icmp("icmp.checksum", 4, Icmp::checksum),
          icmp("icmp.ident", 4, Icmp::id),
          icmp("icmp.seq", 4, Icmp::seq),
          icmp("icmpv6.type", 6, Icmp::type),
          icmp("icmpv6.code", 6, Icmp::code),
          icmp("icmpv6.checksum", 6, Icmp::checksum),
          icmp("icmpv6.echo.identifier", 6, Icmp::id),
          icmp("icmpv6.echo.sequence_number", 6, Icmp::seq),
          field("arp.hw.type", Arp.class, Arp::addrType),
          field("arp.proto.type", Arp.class, Arp::protocol),
          field("arp.hw.size", Arp.class, Arp::hwAddressSize),
          field("arp.proto.size", Arp.class, Arp::protAddressSize),
          field("arp.opcode", Arp.class, Arp::operation),
          field("arp.src.hw_mac", Arp.class, Arp::senderMac),
          field("arp.src.proto_ipv4", Arp.class, Arp::senderIp),
          field("arp.dst.hw_mac", Arp.class, Arp::targetMac),
          field("arp.dst.proto_ipv4", Arp.class, Arp::targetIp),
          field("gre.proto", Gre.class, Gre::protocol),
          field("gre.checksum", Gre.class, Gre::checksum),
          field("gre.key", Gre.class, Gre::key),
          field("gre.sequence_number", Gre.class, Gre::seq),
          field("vxlan.vni", Vxlan.class, Vxlan::vni),
          field("geneve.version", Geneve.class, Geneve::version),
          field("geneve.flags.oam", Geneve.class, geneve -> flag(geneve.control())),
          field("geneve.flags.critical", Geneve.class, geneve -> flag(geneve.critical())),
          field("geneve.proto_type", Geneve.class, Geneve::protocol),
          field("geneve.vni", Geneve.class, Geneve::vni));

  private static Field extension(
      String name, int type, Function<IpExtension, @Nullable Object> ours) {
    return field(name, IpExtension.class, ext -> ext.type() == type ? ours.apply(ext) : null);
  }

  private static Field icmp(String name, int version, Function<Icmp, @Nullable Object> ours) {
    return field(name, Icmp.class, icmp -> icmp.version() == version ? ours.apply(icmp) : null);
  }

  private static int flag(boolean set) {
    return set ? 1 : 0;
  }

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
          "data");

  @Test
  void everyFieldOfGeneratedPackets(@TempDir Path folder) throws Exception {
    var packets = new RandomPackets(new Random(SEED));
    List<byte[]> frames = new ArrayList<>(Packets.frames());
    while (frames.size() < PACKETS) {
      frames.add(packets.frame());
    }
    Path capture = folder.resolve("packets.pcap");
    Files.write(capture, pcap(frames));
    List<String> lines = tshark(folder, capture);

    assertEquals(frames.size(), lines.size());
    for (int i = 0; i < FIELDS.size(); i++) {
      int column = i;
      assertTrue(
          lines.stream().anyMatch(line -> !line.split("\t", -1)[column].isEmpty()),
          () -> "no packet has " + FIELDS.get(column).name());
    }
    assertAll(
        IntStream.range(0, frames.size())
            .mapToObj(i -> () -> assertSame(i, frames.get(i), lines.get(i))));
  }

  private static void assertSame(int number, byte[] frame, String line) {
    Layers layers = Layers.decode(LinkType.ETHERNET, frame);
    List<Layer> flat = flat(layers);
    String[] theirs = line.split("\t", -1);
    String where = "packet " + number + " " + HexFormat.of().formatHex(frame) + ": " + layers;

    assertFalse(layers.malformed() || layers.truncated(), where);
    for (int i = 0; i < FIELDS.size(); i++) {
      Field field = FIELDS.get(i);
      String ours = field.of(flat);
      String judge = decimal(theirs[i]);
      if (!judge.equals(ours) && field.name().equals("ip.frag_offset")) {
        // Some versions count bytes.
        ours = timesEight(ours);
      }
      assertEquals(judge, ours, () -> field.name() + " of " + where);
    }
  }

  private static String timesEight(String numbers) {
    return Pattern.compile("[0-9]+")
        .matcher(numbers)
        .replaceAll(number -> String.valueOf(8 * Integer.parseInt(number.group())));
  }

  // Numbers are hexadecimal or not by field, booleans are words or digits by version.
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
    return all;
  }

  private static List<String> tshark(Path folder, Path capture) throws Exception {
    disableOtherProtocols(folder);
    List<String> command = new ArrayList<>(List.of("-n", "-r", capture.toString()));
    for (String option : List.of("ip.defragment:FALSE", "ipv6.defragment:FALSE")) {
      command.addAll(List.of("-o", option));
    }
    command.addAll(List.of("-d", "udp.port==8472,vxlan", "-T", "fields", "-E", "occurrence=a"));
    FIELDS.forEach(field -> command.addAll(List.of("-e", field.name())));
    return run(folder, command);
  }

  // Random payload would now and then look like a protocol that has IP addresses of its own.
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
