package io.dropwatch.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.packet.PacketBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares {@code dropwatch filter} with the golden file {@code filter.txt}: arguments after {@code
 * $}, then stdout, stderr after {@code !}, and the exit status.
 */
class FilterCommandTest {
  @TempDir private Path directory = Path.of(".");

  @BeforeEach
  void capture() throws IOException {
    byte[][] packets = {
      PacketBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(40000, 443, 2).build(),
      PacketBuilder.ethernet().ipv6("2001:db8::1", "2001:db8::2").udp(53, 1000).payload(3).build(),
      PacketBuilder.ethernet().vlan(5).arp(1, "10.0.0.1", "10.0.0.2").build(),
    };
    ByteBuffer file = ByteBuffer.allocate(1000);
    file.putInt(0xa1b2c3d4).putInt(0x0002_0004).putLong(0).putInt(65535).putInt(1);
    for (byte[] packet : packets) {
      file.putInt(1_800_000_000).putInt(5).putInt(packet.length).putInt(packet.length).put(packet);
    }
    byte[] bytes = new byte[file.position()];
    file.rewind().get(bytes);
    Files.write(directory.resolve("three.pcap"), bytes);
    // Linux cooked v2: UDP to this host, and a RARP reply.
    String sll2 =
        "a1b2c3d400020004 0000000000000000 0000ffff00000114"
            + "0000000700000005 00000030 00000030"
            + "0800000000000003 000100060200000000020000"
            + "4500001c00000000 401100000a0000010a000002 0035 03e8 0008 0000"
            + "0000000700000005 00000030 00000030"
            + "8035000000000003 000104060200000000020000"
            + "0001080006040004 0200000000020a000001 0200000000010a000002";
    Files.write(directory.resolve("any.pcap"), HexFormat.of().parseHex(sll2.replace(" ", "")));
    Files.writeString(directory.resolve("noise.pcap"), "this is no capture file");
  }

  @Test
  void commands_printAsInTheGoldenFile() throws IOException {
    String golden = golden();
    StringBuilder actual = new StringBuilder();
    for (String line : golden.lines().filter(line -> line.startsWith("$ ")).toList()) {
      actual.append(line).append('\n').append(run(words(line.substring(2))));
    }
    assertEquals(golden, actual.toString());
  }

  @Test
  void check_filterTooLargeForTheProbe_isRefusedAsByWatching() {
    String different =
        IntStream.range(0, 45).mapToObj(i -> "protochain " + i).collect(Collectors.joining(" or "));
    String refusal = run(List.of("filter", "check", different));
    assertTrue(refusal.contains("the probe has room for"), refusal);
    assertTrue(refusal.endsWith("status 2\n"), refusal);
  }

  @Test
  void dump_printsEveryStage() {
    String all = run(List.of("filter", "dump", "tcp", "port", "80"));
    for (String stage : List.of("TOKENS", "TREE", "PREDICATE", "GRAPH", "EBPF", "CLASSIC")) {
      assertTrue(all.contains("# " + stage + "\n"), all);
    }
    assertTrue(all.endsWith("status 0\n"), all);
  }

  private String run(List<String> words) {
    List<String> arguments = new ArrayList<>();
    for (String word : words) {
      arguments.add(word.endsWith(".pcap") ? directory.resolve(word).toString() : word);
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.toArray(String[]::new));
    StringBuilder text = new StringBuilder(out.toString());
    err.toString().lines().forEach(line -> text.append("! ").append(line).append('\n'));
    return text.append("status ")
        .append(status)
        .append('\n')
        .toString()
        .replace(directory + "/", "");
  }

  /** Splits at spaces, except in single quotes. */
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    String[] parts = line.split("'", -1);
    for (int i = 0; i < parts.length; i++) {
      if (i % 2 == 1) {
        words.add(parts[i]);
      } else {
        for (String word : parts[i].split(" ", -1)) {
          if (!word.isEmpty()) {
            words.add(word);
          }
        }
      }
    }
    return words;
  }

  private static String golden() throws IOException {
    try (InputStream in = FilterCommandTest.class.getResourceAsStream("filter.txt")) {
      if (in == null) {
        throw new IOException("filter.txt is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
