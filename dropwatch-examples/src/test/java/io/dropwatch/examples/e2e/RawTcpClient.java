package io.dropwatch.examples.e2e;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.layers.Tcp;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A TCP client made of raw frames: sends segments in any order to a real server.
 *
 * <p>No host has its address, so that no kernel answers for it. The server's SYN-ACK is dropped
 * where it arrives; the drop event has the sequence number to acknowledge.
 */
final class RawTcpClient implements AutoCloseable {
  static final String ADDRESS = "192.0.2.77";
  private static final int PORT = 42077;
  private static final int FIRST_SEQUENCE = 1000;
  private static final int HEADERS = 14 + 20 + 20;

  private final int serverPort;
  private final PacketSocket socket;
  private final EventLog answers = new EventLog();
  private final DropWatcher watcher;
  private int serverSequence;

  RawTcpClient(RoutedNetwork network, int serverPort) {
    this.serverPort = serverPort;
    network
        .router()
        .ip(
            "neighbour replace %s lladdr %s nud permanent dev eth0\n"
                .formatted(ADDRESS, RoutedNetwork.CLIENT_MAC));
    socket = PacketSocket.open(network.client(), "eth0");
    watcher =
        DropWatcher.builder()
            .filter("tcp and src port %d and dst host %s".formatted(serverPort, ADDRESS))
            .onEvent(answers)
            .start();
  }

  /** Sends the handshake. */
  void connect() throws InterruptedException {
    send(Tcp.SYN, -1, 0);
    answers.await(1);
    DropEvent answer = answers.events().getFirst();
    Tcp tcp = Objects.requireNonNull(answer.layers().tcp(), answer::toString);
    serverSequence = (int) tcp.seq() + 1;
    send(Tcp.ACK, 0, 0);
  }

  /**
   * Sends a segment.
   *
   * @param flags flags as in {@link Tcp}
   * @param offset offset of its first byte in the stream
   * @param length bytes of data
   */
  void send(int flags, int offset, int length) {
    ByteBuffer frame = ByteBuffer.allocate(HEADERS + length);
    frame.put(mac(RoutedNetwork.ROUTER_MAC)).put(mac(RoutedNetwork.CLIENT_MAC));
    frame.putShort((short) 0x0800);
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (40 + length)).putInt(0);
    frame.put((byte) 64).put((byte) 6).putShort((short) 0);
    frame.put(address(ADDRESS)).put(address(RoutedNetwork.SERVER4));
    frame.putShort(24, (short) checksum(frame, 14, 34, 0));
    frame.putShort((short) PORT).putShort((short) serverPort);
    frame.putInt(FIRST_SEQUENCE + 1 + offset).putInt(serverSequence);
    frame.put((byte) 0x50).put((byte) flags).putShort((short) 8192).putInt(0);
    // Pseudo header: the addresses precede the segment; protocol and length are added.
    frame.putShort(50, (short) checksum(frame, 26, HEADERS + length, 6 + 20 + length));
    socket.send(frame.array(), 1);
  }

  private static int checksum(ByteBuffer bytes, int from, int to, int initial) {
    int sum = initial;
    for (int at = from; at < to; at += 2) {
      sum += bytes.getShort(at) & 0xffff;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return ~sum;
  }

  private static byte[] mac(String colons) {
    return HexFormat.ofDelimiter(":").parseHex(colons);
  }

  private static byte[] address(String text) {
    return InetAddress.ofLiteral(text).getAddress();
  }

  @Override
  public void close() {
    watcher.close();
    socket.close();
  }
}
