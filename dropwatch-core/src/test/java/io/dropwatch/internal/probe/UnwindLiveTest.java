package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dropwatch.bpf.KernelBtf;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The stack as the probe walks it itself, beside that of the kernel's own unwinder, for the same
 * drops: of this test, and of all else that this machine drops meanwhile. Needs root.
 */
@Tag("live")
class UnwindLiveTest {
  private static final int OURS = 200;
  private static final int CAPTURED = 2;
  private static final int STACK_BYTES = 4;
  private static final int SKB = 64;
  private static final int LOCATION = 72;
  private static final int WINDOW = 184;

  /** A record's packet, where it was dropped, and the return addresses from there on. */
  private record Drop(String key, long location, List<Long> stack) {
    static Drop of(MemorySegment memory, long offset, int size) {
      ByteBuffer record =
          ByteBuffer.wrap(memory.asSlice(offset, size).toArray(ValueLayout.JAVA_BYTE))
              .order(ByteOrder.nativeOrder());
      int captured = record.getShort(CAPTURED);
      int behind = WINDOW + ((captured + 7) & -8);
      List<Long> stack = new ArrayList<>();
      for (int at = behind; at < behind + record.getShort(STACK_BYTES); at += Long.BYTES) {
        stack.add(record.getLong(at));
      }
      String packet = HexFormat.of().formatHex(record.array(), WINDOW, WINDOW + captured);
      long location = record.getLong(LOCATION);
      return new Drop(
          Long.toHexString(record.getLong(SKB)) + " " + location + " " + packet, location, stack);
    }

    /** Frames of tracing come before. */
    int first() {
      return (int) stack.stream().takeWhile(each -> each != location).count();
    }

    String kernelFrames() {
      return stack.stream().skip(first()).map(Long::toHexString).toList().toString();
    }
  }

  @Test
  void unwind_givesTheFramesOfBpfGetStack() throws IOException {
    KernelFacts kernel = KernelFacts.running();
    assumeTrue(
        kernel.canCast() && KernelBtf.load().hasStructField("orc_entry", "signal") && hasTables(),
        "this kernel has bpf_rdonly_cast (Linux 6.2) and tables of its frames (x86-64, Linux 6.4)");
    ProbeSettings settings =
        new ProbeSettings(
            new DeviceList.All(), NoiseList.NONE, 0, 127, 0, new RingPlan.Perf(1 << 20), 4096);
    ProbeImage image = ProbeImage.embedded();

    List<Drop> walked = new ArrayList<>();
    List<Drop> asked = new ArrayList<>();
    int port;
    try (Probe own = Probe.attach(ProbePlan.streaming(image, settings, kernel, Variant.CAST));
        Probe kernels = Probe.attach(ProbePlan.streaming(image, settings, kernel, Variant.TYPED))) {
      refuseConnections();
      port = VariantsLiveTest.sendToClosedPort(OURS);
      Eventually.until(
          () -> {
            own.poll(Duration.ofMillis(5), (m, o, size) -> walked.add(Drop.of(m, o, size)));
            kernels.poll(Duration.ofMillis(5), (m, o, size) -> asked.add(Drop.of(m, o, size)));
            return ours(walked, port).size() >= OURS && ours(asked, port).size() >= OURS;
          });
    }

    for (Drop drop : ours(walked, port)) {
      long tracing = ours(asked, port).getFirst().first();
      assertTrue(
          drop.first() < tracing || numbersOtherwise(),
          "without the frames of eBPF, which the kernel's has");
    }
    Map<String, List<Drop>> before = byKey(walked);
    Map<String, List<Drop>> beside = byKey(asked);
    int compared = 0;
    for (String key : before.keySet()) {
      List<Drop> mine = before.get(key);
      List<Drop> theirs = beside.getOrDefault(key, List.of());
      // Another number: one of them began later or ended earlier.
      for (int i = 0; i < mine.size() && mine.size() == theirs.size(); i++) {
        assertEquals(theirs.get(i).kernelFrames(), mine.get(i).kernelFrames(), key);
        compared++;
      }
    }
    assertTrue(compared >= OURS, compared + " compared");
  }

  /**
   * Linux 7.2 gives the registers of its tables other numbers (6.18: SP 5, previous SP 1; 7.2: 3
   * and 8), which no type tells: the probe finds no frame that it knows, and asks the kernel.
   */
  private static boolean numbersOtherwise() {
    return Integer.parseInt(System.getProperty("os.version").replaceFirst("\\..*", "")) >= 7;
  }

  /** All addresses are shown to a process that may see them. */
  private static boolean hasTables() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/kallsyms"), StandardCharsets.UTF_8)) {
      return lines.anyMatch(
          line -> line.endsWith(" __start_orc_unwind") && !line.startsWith("0000000000000000"));
    }
  }

  private static List<Drop> ours(List<Drop> drops, int port) {
    // The UDP header's source port, of a packet without IPv4 options; the destination is port 1.
    String ports = "%04x%04x".formatted(port, 1);
    return drops.stream()
        .filter(drop -> drop.key().split(" ", -1)[2].startsWith(ports, 40))
        .toList();
  }

  private static Map<String, List<Drop>> byKey(List<Drop> drops) {
    Map<String, List<Drop>> byKey = new TreeMap<>();
    for (Drop drop : drops) {
      byKey.computeIfAbsent(drop.key(), _ -> new ArrayList<>()).add(drop);
    }
    return byKey;
  }

  /** Drops in another part of the kernel. */
  private static void refuseConnections() {
    for (int i = 0; i < 20; i++) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), 1000);
      } catch (IOException _) {
        // Nobody listens.
      }
    }
  }
}
