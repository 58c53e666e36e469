package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program attached to kfree_skb, and real drops on the loopback device. Needs root. */
@Timeout(60)
final class TracepointTest {
  private static long seen(BpfObject object) {
    long seen = 0;
    for (byte[] value : object.map("seen").lookupPerCpu(new byte[4])) {
      seen += ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getLong();
    }
    return seen;
  }

  private static void sendToAClosedPort(int packets) throws IOException {
    int port;
    try (DatagramSocket reserved = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = reserved.getLocalPort();
    }
    try (DatagramSocket sender = new DatagramSocket()) {
      for (int i = 0; i < packets; i++) {
        sender.send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), port));
      }
    }
  }

  @Test
  void runsForEachDropWhileItIsAttached() throws IOException {
    try (BpfObject object = TestObjects.open("drops")) {
      object.load();
      assertEquals(0, seen(object));
      try (BpfLink _ = object.program("modern").attach()) {
        sendToAClosedPort(100);
        // Loopback delivers before send() returns; other programs on this machine may drop packets
        // too.
        assertTrue(seen(object) >= 100, () -> seen(object) + " seen");
      }
      long after = seen(object);
      sendToAClosedPort(100);
      assertEquals(after, seen(object));
      assertEquals(0, object.program("classic").recursionMisses());
    }
  }
}
