package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropwatch.pcapfilter.packet.PacketBuilder;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What becomes of a frame in a {@link SkbPacket}. */
class SkbPacketBuilderTest {
  private static final byte[] TAGGED =
      PacketBuilder.ethernet().vlan(0x88a8, 0x2005).vlan(7).ipv4("10.0.0.1", "10.0.0.2").build();
  private static final byte[] INNER =
      PacketBuilder.ethernet().vlan(7).ipv4("10.0.0.1", "10.0.0.2").build();

  @Test
  void build_taggedFrame_takesOutTheOutermostTag() {
    SkbPacket packet = ethernet(TAGGED, TAGGED.length + 100).build();

    assertArrayEquals(INNER, packet.bytes());
    assertEquals(INNER.length + 100, packet.wireLength());
    assertEquals(14, packet.macLength());
    assertEquals(0x8100, packet.protocol());
    assertEquals(0x88a8, packet.vlanProtocol());
    assertEquals(0x2005, packet.vlanTci());
  }

  @Property
  void build_frameWithTag_isTheFrameAndTheTag(
      @ForAll @Size(min = 14, max = 80) byte[] frame,
      @ForAll @IntRange(max = 0xffff) int tci,
      @ForAll("tpids") int tpid) {
    byte[] tagged = SkbPacket.withTag(frame, tpid, tci);
    int type = (frame[12] & 0xff) << 8 | (frame[13] & 0xff);

    assertEquals(
        ethernet(frame, frame.length).vlan(tpid, tci).protocol(type).build(),
        ethernet(tagged, tagged.length).build());
  }

  @Provide
  Arbitrary<Integer> tpids() {
    return Arbitraries.of(0x8100, 0x88a8, 0x9100);
  }

  @Test
  void withTag_isWhatIsOnTheWire() {
    assertArrayEquals(TAGGED, SkbPacket.withTag(INNER, 0x88a8, 0x2005));
    assertThrows(IllegalArgumentException.class, () -> SkbPacket.withTag(new byte[13], 0x8100, 5));
    assertThrows(IllegalArgumentException.class, () -> SkbPacket.withTag(INNER, 0x10000, 5));
    assertThrows(IllegalArgumentException.class, () -> SkbPacket.withTag(INNER, 0x8100, -1));
  }

  @Test
  void build_vlanIsSet_leavesTheBytes() {
    SkbPacket packet = ethernet(INNER, INNER.length).vlan(0x88a8, 0x2005).build();

    assertEquals(ethernet(TAGGED, TAGGED.length).build(), packet);
    assertArrayEquals(INNER, packet.bytes());
    assertNotEquals(packet, ethernet(INNER, INNER.length).build());
  }

  @Test
  void build_withoutProtocol_derivesItFromTheBytes() {
    byte[] length = PacketBuilder.ethernet().llc(0x42, 0x42, 3).build();
    byte[] ipv6 = PacketBuilder.raw().ipv6("::1", "::2").build();

    assertEquals(0, ethernet(length, length.length).build().protocol());
    assertEquals(0x86dd, raw(ipv6).build().protocol());
    assertEquals(0x0806, raw(ipv6).protocol(0x0806).build().protocol());
    assertEquals(0, SkbPacket.builder().build().protocol());
  }

  @Test
  void build_frameShorterThanItsHeader_isEmpty() {
    SkbPacket packet = ethernet(new byte[13], 60).build();

    assertEquals(0, packet.bytes().length);
    assertEquals(0, packet.macLength());
    assertEquals(46, packet.wireLength());
  }

  @Test
  void bytes_areCopiedInAndOut() {
    byte[] bytes = {0x45, 0, 0, 20};
    SkbPacket packet = raw(bytes).build();
    bytes[0] = 0x60;
    packet.bytes()[0] = 0x60;

    assertEquals(0x45, packet.bytes()[0]);
  }

  @Test
  void toBuilder_build_isEqual() {
    SkbPacket packet = ethernet(TAGGED, 2000).packetType(4).ifindex(3).build();

    assertEquals(packet, packet.toBuilder().build());
    assertEquals(packet.hashCode(), packet.toBuilder().build().hashCode());
    assertEquals(packet.toString(), packet.toBuilder().build().toString());
    assertNotEquals(packet, packet.toBuilder().ifindex(4).build());
  }

  @Test
  void setters_valueOutOfRange_throw() {
    SkbPacket.Builder builder = SkbPacket.builder();

    assertThrows(IllegalArgumentException.class, () -> builder.protocol(-1));
    assertThrows(IllegalArgumentException.class, () -> builder.protocol(0x10000));
    assertThrows(IllegalArgumentException.class, () -> builder.vlan(0x8100, 0x10000));
    assertThrows(IllegalArgumentException.class, () -> builder.packetType(8));
  }

  private static SkbPacket.Builder ethernet(byte[] frame, int wireLength) {
    return SkbPacket.builder().packet(LinkType.ETHERNET, frame, wireLength);
  }

  private static SkbPacket.Builder raw(byte[] packet) {
    return SkbPacket.builder().packet(LinkType.RAW_IP, packet, packet.length);
  }
}
