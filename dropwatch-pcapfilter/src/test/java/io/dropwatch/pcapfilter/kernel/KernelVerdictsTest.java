package io.dropwatch.pcapfilter.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.pcapfilter.kernel.KernelPacket.Base;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Dlt;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import io.dropwatch.pcapfilter.packet.PacketCorpus;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The way into the kernel and back, tried with eBPF written by hand. */
@Tag("live")
class KernelVerdictsTest {
  private static final List<SamplePacket> PACKETS =
      PacketCorpus.withTruncations(PacketCorpus.ethernet());

  private static final byte[] ACCEPT = code(0xb7_00_0000_00000001L, 0x95_00_0000_00000000L);

  @Test
  void constantVerdict_isTheVerdictOfEveryPacket() {
    BitSet accepted = KernelVerdicts.of(ACCEPT, Base.MAC, kernelPackets(Base.MAC));
    assertEquals(PACKETS.size(), accepted.cardinality());
    byte[] reject = code(0xb7_00_0000_00000000L, 0x95_00_0000_00000000L);
    assertTrue(KernelVerdicts.of(reject, Base.MAC, kernelPackets(Base.MAC)).isEmpty());
  }

  @Test
  void base_isTheMacHeader() {
    byte[] arp =
        code(
            0xb7_00_0000_00000000L, // r0 = 0
            0xa5_02_0003_0000000eL, // if r2 < 14 goto exit
            0x69_11_000c_00000000L, // r1 = *(u16 *)(r1 + 12)
            0x55_01_0001_00000608L, // if r1 != 0x0806 in network order goto exit
            0xb7_00_0000_00000001L, // r0 = 1
            0x95_00_0000_00000000L);
    assertEquals(
        libpcap("arp", Dlt.EN10MB), KernelVerdicts.of(arp, Base.MAC, kernelPackets(Base.MAC)));
  }

  @Test
  void metadata_hasTheWireLength() {
    byte[] longerThan99 =
        code(
            0x61_31_0000_00000000L, // r1 = *(u32 *)(r3 + 0)
            0xb7_00_0000_00000001L, // r0 = 1
            0x35_01_0001_00000064L, // if r1 >= 100 goto exit
            0xb7_00_0000_00000000L, // r0 = 0
            0x95_00_0000_00000000L);
    assertEquals(
        libpcap("greater 100", Dlt.EN10MB),
        KernelVerdicts.of(longerThan99, Base.NETWORK, kernelPackets(Base.NETWORK)));
  }

  @Test
  void filtersLoadedTogether_haveTheirOwnVerdicts() {
    byte[] reject = code(0xb7_00_0000_00000000L, 0x95_00_0000_00000000L);
    List<byte[]> filters = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      filters.add(i % 3 == 0 ? ACCEPT : reject);
    }
    List<KernelPacket> packets = kernelPackets(Base.MAC).subList(0, 300);
    List<BitSet> accepted = KernelVerdicts.of(filters, Base.MAC, packets);
    assertEquals(1500, accepted.size());
    for (int i = 0; i < 1500; i++) {
      assertEquals(i % 3 == 0 ? 300 : 0, accepted.get(i).cardinality(), "filter " + i);
    }
  }

  @Test
  void filterLongerThanTheSlot_isRefused() {
    byte[] tooLong = new byte[8 * 3000];
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> KernelVerdicts.of(tooLong, Base.MAC, kernelPackets(Base.MAC)));
    assertTrue(refusal.toString().contains("24000"), refusal.toString());
  }

  @Test
  void codeThatTheVerifierRefuses_throwsWithItsLog() {
    byte[] unchecked = code(0x71_10_1000_00000000L, 0x95_00_0000_00000000L);
    BpfException refusal =
        assertThrows(
            BpfException.class,
            () -> KernelVerdicts.of(unchecked, Base.MAC, kernelPackets(Base.MAC)));
    assertTrue(refusal.toString().contains("memory"), refusal.toString());
  }

  private static List<KernelPacket> kernelPackets(Base base) {
    return PACKETS.stream().map(packet -> KernelPacket.of(packet, base)).toList();
  }

  private static BitSet libpcap(String expression, Dlt dlt) {
    BitSet accepted = new BitSet();
    try (LibpcapFilter filter = Libpcap.compile(expression, dlt, Mode.UNOPTIMIZED)) {
      for (int i = 0; i < PACKETS.size(); i++) {
        accepted.set(i, filter.matches(PACKETS.get(i).bytes(), PACKETS.get(i).wireLength()));
      }
    }
    return accepted;
  }

  /** Instructions as opcode, source and destination register, offset, immediate. */
  private static byte[] code(long... instructions) {
    ByteBuffer code = ByteBuffer.allocate(instructions.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (long instruction : instructions) {
      code.put((byte) (instruction >>> 56))
          .put((byte) (instruction >>> 48))
          .putShort((short) (instruction >>> 32))
          .putInt((int) instruction);
    }
    return code.array();
  }
}
