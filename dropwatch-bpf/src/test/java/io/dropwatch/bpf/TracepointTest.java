package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program attached to kfree_skb, with drops on the loopback device. Needs root. */
@Timeout(60)
@Tag("live")
final class TracepointTest {
  private static long seen(BpfObject object) {
    long seen = 0;
    for (byte[] value : object.map("seen").lookupPerCpu(new byte[4])) {
      seen += ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getLong();
    }
    return seen;
  }

  /**
   * Returns a port of 127.0.0.1 that stays closed. A socket is bound to it, so that the kernel does
   * not assign it to others such as the sender, and is connected to itself, so that it receives no
   * packets.
   */
  private static DatagramSocket closedPort() throws IOException {
    DatagramSocket held = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    held.connect(held.getLocalAddress(), held.getLocalPort());
    return held;
  }

  private static void send(int port, int packets) throws IOException {
    try (DatagramSocket sender = new DatagramSocket()) {
      for (int i = 0; i < packets; i++) {
        sender.send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), port));
      }
    }
  }

  @Test
  void attachedProgram_runsForEachDrop() throws IOException {
    try (DatagramSocket closed = closedPort();
        BpfObject object = TestObjects.open("drops")) {
      int port = closed.getLocalPort();
      object.load();
      assertEquals(0, seen(object));
      try (BpfLink _ = object.program("modern").attach()) {
        send(port, 100);
        // Loopback delivers before send() returns. Other programs may drop packets too.
        assertTrue(seen(object) >= 100, () -> seen(object) + " seen");
      }
      long after = seen(object);
      send(port, 100);
      assertEquals(after, seen(object));
      assertEquals(0, object.program("classic").recursionMisses());
    }
  }
}
