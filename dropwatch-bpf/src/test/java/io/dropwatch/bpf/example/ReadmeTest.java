package io.dropwatch.bpf.example;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example of the README is this module's code, and works. */
@Timeout(60)
final class ReadmeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "src/test/java/io/dropwatch/bpf/example/PrintDrops.java",
        "src/test/bpf/report.bpf.c"
      })
  void readme_containsSource(Path source) throws Exception {
    String text = Files.readString(source).replaceFirst("package .*\n\n", "");
    assertTrue(
        Files.readString(Path.of("README.md")).contains(text), () -> "README.md lacks " + source);
  }

  @Test
  @Tag("live")
  void printDrops_printsFunctionThatDropsDatagram() throws Exception {
    PrintStream stdout = System.out;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    FutureTask<Object> example =
        new FutureTask<>(
            () -> {
              PrintDrops.main(new String[] {"src/test/resources/io/dropwatch/bpf/report.bpf.o"});
              return "ended";
            });
    Thread thread = Thread.ofPlatform().start(example);
    try (DatagramSocket held = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        DatagramSocket sender = new DatagramSocket()) {
      // A socket that is connected to itself drops the packets of others.
      held.connect(held.getLocalAddress(), held.getLocalPort());
      while (!output.toString(StandardCharsets.UTF_8).contains("udp4_lib_rcv+0x")) {
        assertTrue(thread.isAlive());
        sender.send(
            new DatagramPacket(
                new byte[1], 1, InetAddress.getLoopbackAddress(), held.getLocalPort()));
        Thread.sleep(10);
      }
    } finally {
      thread.interrupt();
      System.setOut(stdout);
    }
    assertInstanceOf(
        InterruptedException.class,
        assertThrows(ExecutionException.class, example::get).getCause());
  }
}
