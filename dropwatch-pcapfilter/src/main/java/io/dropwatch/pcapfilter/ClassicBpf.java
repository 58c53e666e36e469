package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.classic.ClassicListing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A filter as classic BPF: what {@code SO_ATTACH_FILTER} takes (socket(7), packet(7)), what libpcap
 * runs in {@code pcap_offline_filter}, and what {@code tcpdump -d} prints.
 *
 * <p>The program returns 262144 (bytes to keep, tcpdump's default) for a match and 0 otherwise. It
 * jumps forward only, never reads a register or a scratch word before it wrote it, and has at most
 * {@link #MAX_SIZE} instructions, so that both Linux and libpcap accept it.
 *
 * <p>What it must be attached to:
 *
 * <ul>
 *   <li>{@link LinkType#ETHERNET}: a packet socket of type {@code SOCK_RAW}. Linux takes the outer
 *       VLAN tag out of a frame before filters see it, so there {@code vlan} finds inner tags only.
 *   <li>{@link LinkType#RAW_IP}: bytes from the IP header on, as a {@code SOCK_DGRAM} packet socket
 *       has them for IP.
 *   <li>{@link SkbFilter}: a packet socket of type {@code SOCK_DGRAM}. Metadata are read with
 *       Linux's ancillary loads ({@code SKF_AD_*} of linux/filter.h), so {@code arp}, {@code vlan
 *       5}, {@code inbound} and {@code ifindex 2} work; other systems and libpcap have no such
 *       loads. The MAC header counts as absent, because classic BPF cannot ask for its length: the
 *       verdict is that of {@link SkbFilter#matches} for a packet without a MAC header.
 * </ul>
 */
public final class ClassicBpf {
  /** BPF_MAXINSNS of linux/bpf_common.h: more instructions are accepted by no kernel. */
  public static final int MAX_SIZE = 4096;

  private final List<Instruction> instructions;

  ClassicBpf(List<Instruction> instructions) {
    this.instructions = List.copyOf(instructions);
  }

  /**
   * {@code struct sock_filter} of linux/filter.h, {@code struct bpf_insn} of libpcap.
   *
   * @param code class, size, mode, operation and source; 0 to 0xffff
   * @param jt instructions to skip when a comparison holds; 0 to 255
   * @param jf instructions to skip when it does not; 0 to 255
   * @param k constant, offset or number of a scratch word; unsigned
   */
  public record Instruction(int code, int jt, int jf, int k) {}

  /** The program; cannot be changed. */
  public List<Instruction> instructions() {
    return instructions;
  }

  /** Number of instructions, 1 to {@link #MAX_SIZE}. */
  public int size() {
    return instructions.size();
  }

  /**
   * The array of {@code struct sock_filter} that {@code struct sock_fprog} points to: 8 bytes each,
   * in the byte order of this machine; a new array.
   */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(8 * size()).order(ByteOrder.nativeOrder());
    for (Instruction i : instructions) {
      out.putShort((short) i.code()).put((byte) i.jt()).put((byte) i.jf()).putInt(i.k());
    }
    return out.array();
  }

  /** As {@code tcpdump -d} prints it: one instruction per line, for people. */
  @Override
  public String toString() {
    return ClassicListing.text(instructions);
  }

  /** As {@code tcpdump -dd} prints it: a fragment of C. */
  public String toC() {
    return ClassicListing.c(instructions);
  }

  /** As {@code tcpdump -ddd} prints it: the number of instructions, then their decimal numbers. */
  public String toDecimal() {
    return ClassicListing.decimal(instructions);
  }
}
