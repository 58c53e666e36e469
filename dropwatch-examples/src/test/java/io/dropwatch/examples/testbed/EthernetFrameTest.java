package io.dropwatch.examples.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.dropwatch.layers.FiveTuple;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Verifies generated frames as a receiver does: by RFC 1071 the sum over everything, checksum
 * included, is all ones.
 */
class EthernetFrameTest {
  @Property
  void bytes_haveValidChecksumsUnlessWrongOnesAreAskedFor(
      @ForAll boolean ipv6,
      @ForAll boolean tcp,
      @ForAll boolean wrong,
      @ForAll @IntRange(min = 1, max = 255) int hops,
      @ForAll @IntRange(max = 65535) int sourcePort,
      @ForAll @IntRange(max = 65535) int destinationPort) {
    FiveTuple flow = flow(ipv6, tcp, sourcePort, destinationPort);
    EthernetFrame frame = EthernetFrame.of(flow).timeToLive(hops);
    byte[] bytes =
        (wrong ? frame.withWrongChecksum() : frame).bytes("02:00:00:00:00:01", "02:00:00:00:00:02");

    if (!ipv6) {
      assertEquals(0xffff, sum(bytes, 14, 34, 0));
    }
    int transport = 14 + (ipv6 ? 40 : 20);
    int pseudoHeader = (tcp ? 6 : 17) + bytes.length - transport;
    int sum = sum(bytes, transport - (ipv6 ? 32 : 8), bytes.length, pseudoHeader);
    if (wrong) {
      assertNotEquals(0xffff, sum);
    } else {
      assertEquals(0xffff, sum);
    }
    assertEquals(sourcePort, ByteBuffer.wrap(bytes).getShort(transport) & 0xffff);
    assertEquals(destinationPort, ByteBuffer.wrap(bytes).getShort(transport + 2) & 0xffff);
    assertEquals(hops, bytes[14 + (ipv6 ? 7 : 8)] & 0xff);
  }

  @Property
  void withMissingBytes_raisesTheIpLength(
      @ForAll boolean ipv6, @ForAll @IntRange(max = 1000) int missing) {
    byte[] bytes =
        EthernetFrame.of(flow(ipv6, false, 1, 2))
            .withMissingBytes(missing)
            .bytes("02:00:00:00:00:01", "02:00:00:00:00:02");
    int announced = ByteBuffer.wrap(bytes).getShort(ipv6 ? 18 : 16) + (ipv6 ? 40 : 0);
    assertEquals(bytes.length - 14 + missing, announced);
  }

  @Property(tries = 1)
  void bytes_beginWithTheEthernetHeader() {
    byte[] bytes =
        EthernetFrame.of(flow(true, true, 1, 2)).bytes("02:00:00:00:00:01", "02:00:00:00:00:fe");
    assertEquals("0200000000fe02000000000186dd", HexFormat.of().formatHex(bytes, 0, 14));
  }

  private static FiveTuple flow(boolean ipv6, boolean tcp, int sourcePort, int destinationPort) {
    String from = ipv6 ? "2001:db8::1" : "192.0.2.1";
    String to = ipv6 ? "2001:db8::ffff" : "192.0.2.255";
    return tcp
        ? Scenario.tcp(from, sourcePort, to, destinationPort)
        : Scenario.udp(from, sourcePort, to, destinationPort);
  }

  private static int sum(byte[] bytes, int from, int to, int start) {
    int sum = start;
    for (int at = from; at < to; at++) {
      sum += (bytes[at] & 0xff) << ((at - from) % 2 == 0 ? 8 : 0);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }
}
