package io.dropwatch.internal.record;

import static io.dropwatch.internal.record.RecordLayout.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbPacket;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** An event's SKB packet is the packet that the filter saw in the kernel. */
class SkbPacketTest {
  private static final RecordDecoder DECODER =
      new RecordDecoder(new WallClock(), DropReason::unnamed, time -> StackFrame::unknown, 0);

  /**
   * A packet as the probe leaves it in the record.
   *
   * @param tag 0: none, 1: stripped by the kernel, 2: by the probe
   * @param type EtherType of the MAC header, which is the protocol or a length
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Seen(
      boolean mac, int tag, int tpid, int tci, int protocol, int type, byte[] bytes, int more) {
    @Override
    public String toString() {
      return "mac=%s tag=%d tpid=%x tci=%x protocol=%x type=%x bytes=%s more=%d"
          .formatted(mac, tag, tpid, tci, protocol, type, Arrays.toString(bytes), more);
    }

    byte[] macHeader() {
      byte[] header = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, (byte) (type >> 8), (byte) type};
      return header;
    }

    RecordBytes record() {
      RecordBytes record = new RecordBytes().packet(bytes);
      if (mac) {
        record.mac(macHeader());
      }
      if (tag != 0) {
        record.u16(VLAN_PROTO, tpid).u16(VLAN_TCI, tci);
      }
      return record
          .u16(FLAGS, HAS_NETWORK_HEADER | HAS_DEVICE | (tag == 2 ? TAG_IN_FRAME : 0))
          .u16(PROTOCOL, protocol)
          .u32(WIRE_LENGTH, bytes.length + more)
          .u8(PACKET_TYPE, 3)
          .u32(IFINDEX, 7);
    }
  }

  @Provide
  Arbitrary<Seen> seen() {
    Arbitrary<Integer> protocols =
        Arbitraries.oneOf(
            Arbitraries.of(0x0800, 0x86dd, 0x0806, 0x8847),
            Arbitraries.integers().between(0x600, 0xffff).filter(type -> !isVlan(type)));
    return Combinators.combine(
            Arbitraries.of(true, false),
            Arbitraries.of(0, 1, 2),
            Arbitraries.of(0x8100, 0x88a8, 0x9100),
            Arbitraries.integers().between(0, 0xffff),
            protocols,
            Arbitraries.integers().between(0, 0x5ff).injectNull(0.8),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(WINDOW_BYTES),
            Arbitraries.integers().between(0, 70_000))
        .as(
            (mac, tag, tpid, tci, protocol, length, bytes, more) -> {
              // After a tag the type is that of the next header; a length frame has protocol 4.
              boolean lengthFrame = false;
              int type = protocol;
              if (length != null && mac && tag != 2) {
                lengthFrame = true;
                type = length;
              }
              return new Seen(mac, tag, tpid, tci, lengthFrame ? 4 : protocol, type, bytes, more);
            });
  }

  private static boolean isVlan(int type) {
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
  }

  @Property
  void skbPacket_ofDecodedRecord_isWhatTheFilterSaw(@ForAll("seen") Seen seen)
      throws MalformedRecordException {
    SkbPacket packet = DECODER.decode(seen.record().record(), null).skbPacket();

    assertEquals(seen.mac ? MAC_BYTES : 0, packet.macLength());
    byte[] expected = seen.bytes;
    if (seen.mac) {
      expected = Arrays.copyOf(seen.macHeader(), MAC_BYTES + seen.bytes.length);
      System.arraycopy(seen.bytes, 0, expected, MAC_BYTES, seen.bytes.length);
    }
    assertArrayEquals(expected, packet.bytes());
    assertEquals(expected.length + seen.more, packet.wireLength());
    assertEquals(seen.protocol, packet.protocol());
    assertEquals(seen.tag == 0 ? 0 : seen.tpid, packet.vlanProtocol());
    assertEquals(seen.tag == 0 ? 0 : seen.tci, packet.vlanTci());
    assertEquals(3, packet.packetType());
    assertEquals(7, packet.ifindex());
  }

  @Test
  void skbPacket_ofBuiltEvent() {
    SkbPacket packet =
        DropEvent.builder().packet(LinkType.ETHERNET, new byte[13]).build().skbPacket();
    assertEquals(0, packet.bytes().length, "an incomplete MAC header");
    assertEquals(0, packet.wireLength());

    byte[] frame = new byte[34];
    frame[12] = 8;
    packet = DropEvent.builder().packet(LinkType.ETHERNET, frame).build().skbPacket();
    assertEquals(0x0800, packet.protocol());
    assertEquals(34, packet.wireLength());
  }
}
