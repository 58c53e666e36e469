package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Dlt;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import io.dropwatch.pcapfilter.packet.CaptureReader;
import io.dropwatch.pcapfilter.packet.CapturedPacket;
import io.dropwatch.pcapfilter.packet.PacketBuilder;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packets with a pseudo-header: {@link SkbFilter} gives libpcap's verdict. */
class CookedCaptureTest {
  private static final byte[] ARP = PacketBuilder.raw().arp(1, "10.0.0.1", "10.0.0.2").build();

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"EN10MB", "RAW"})
  void commonFilters_haveLibpcapsVerdicts(Dlt dlt) throws IOException {
    List<byte[]> packets = new ArrayList<>();
    for (SamplePacket packet : Corpora.whole(LinkType.RAW_IP)) {
      if (Skbs.ipEtherType(packet) != 0) {
        packets.add(cooked(dlt, Skbs.ipEtherType(packet), packet.bytes()));
      }
    }
    if (dlt == Dlt.LINUX_SLL || dlt == Dlt.LINUX_SLL2) {
      packets.add(cooked(dlt, 0x0806, ARP));
    }
    List<CapturedPacket> captured = captured(dlt, packets);
    List<ListedExpression> expressions = new ArrayList<>(ListedExpression.read("common.txt"));
    if (dlt == Dlt.LINUX_SLL || dlt == Dlt.LINUX_SLL2) {
      expressions.add(ListedExpression.of("inbound and tcp"));
      expressions.add(ListedExpression.of("outbound"));
    } else {
      // libpcap has no ARP in BSD loopback.
      expressions.removeIf(expression -> expression.ours().contains("arp"));
    }
    for (ListedExpression expression : expressions) {
      SkbFilter ours = SkbFilter.compile(expression.ours());
      try (LibpcapFilter theirs = Libpcap.compile(expression.libpcaps(), dlt, Mode.UNOPTIMIZED)) {
        for (int i = 0; i < packets.size(); i++) {
          byte[] packet = packets.get(i);
          assertTrue(captured.get(i).isCooked());
          assertEquals(
              theirs.matches(packet, packet.length),
              ours.matches(captured.get(i).toSkb()),
              expression.ours() + " on packet " + i + " of " + dlt);
        }
      }
    }
  }

  private static byte[] cooked(Dlt dlt, int etherType, byte[] packet) {
    ByteBuffer header = ByteBuffer.allocate(20 + packet.length);
    int family = etherType == 0x0800 ? 2 : 10;
    switch (dlt) {
      case LINUX_SLL ->
          header
              .putShort((short) 4)
              .putShort((short) 1)
              .putShort((short) 6)
              .putLong(0)
              .putShort((short) etherType);
      case LINUX_SLL2 ->
          header
              .putShort((short) etherType)
              .putShort((short) 0)
              .putInt(7)
              .putShort((short) 1)
              .put((byte) 4)
              .put((byte) 6)
              .putLong(0);
      case NULL -> header.putInt(Integer.reverseBytes(family));
      default -> header.putInt(family);
    }
    header.put(packet);
    byte[] bytes = new byte[header.position()];
    header.rewind().get(bytes);
    return bytes;
  }

  private static List<CapturedPacket> captured(Dlt dlt, List<byte[]> packets) throws IOException {
    int size = packets.stream().mapToInt(packet -> 16 + packet.length).sum();
    ByteBuffer file = ByteBuffer.allocate(24 + size).order(ByteOrder.BIG_ENDIAN);
    file.putInt(0xa1b2c3d4).putInt(0x0002_0004).putLong(0).putInt(65535).putInt(dlt.number());
    for (byte[] packet : packets) {
      file.putLong(0).putInt(packet.length).putInt(packet.length).put(packet);
    }
    List<CapturedPacket> captured = new ArrayList<>();
    try (CaptureReader reader = CaptureReader.of(new ByteArrayInputStream(file.array()))) {
      for (int i = 0; i < packets.size(); i++) {
        captured.add(Objects.requireNonNull(reader.next()));
      }
    }
    return captured;
  }
}
