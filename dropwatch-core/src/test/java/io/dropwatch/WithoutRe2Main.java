package io.dropwatch;

import io.dropwatch.model.NoiseRule;
import io.dropwatch.model.SocketState;
import io.dropwatch.output.JsonWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Watches a drop in a JVM that has no RE2/J, in the default and with every kind of rule that needs
 * none; then asks for a pattern. Prints what came of each.
 */
final class WithoutRe2Main {
  private WithoutRe2Main() {}

  public static void main(String[] args) throws Exception {
    int port = Loopback.closedPort();
    System.out.println("default rules: " + watch(port, NoiseRule.DEFAULTS));
    System.out.println(
        "other rules: "
            + watch(
                port,
                List.of(
                    new NoiseRule.Frame("f", "tcp_v4_rcv", SocketState.of("LISTEN")),
                    new NoiseRule.Reason("r", "UDP_CSUM"),
                    new NoiseRule.Location("l", "tcp_v4_rcv"))));
    try {
      watch(port, List.of(new NoiseRule.Pattern("mine", "tcp_.*")));
      System.out.println("a pattern was accepted");
    } catch (DropWatchException e) {
      System.out.println(e.code() + ": " + e.getMessage());
    }
  }

  private static String watch(int port, List<NoiseRule> rules) throws Exception {
    var lines = new ByteArrayOutputStream();
    var heard = new CountDownLatch(1);
    try (var writer = new JsonWriter(lines);
        DropWatcher _ =
            DropWatcher.builder()
                .filter("udp and dst host 127.0.0.1 and dst port " + port)
                .noiseRules(rules)
                .onEvent(
                    event -> {
                      writer.write(event);
                      heard.countDown();
                    })
                .start()) {
      Loopback.sendUdp(port, 1);
      heard.await();
    }
    String line = lines.toString(StandardCharsets.US_ASCII);
    return line.contains("\"dport\":" + port) && line.contains("__udp4_lib_rcv") ? "seen" : line;
  }
}
