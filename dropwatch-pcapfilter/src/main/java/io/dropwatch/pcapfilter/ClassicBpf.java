package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.classic.ClassicListing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A filter as classic BPF, for {@code SO_ATTACH_FILTER} (socket(7), packet(7)) and libpcap's {@code
 * pcap_offline_filter}. Immutable.
 *
 * <p>The program returns 262144 (bytes to keep, tcpdump's default) for a match and 0 otherwise. It
 * jumps forward only, never reads a register or a scratch word before writing it, and has at most
 * {@link #MAX_SIZE} instructions, so that both Linux and libpcap accept it.
 *
 * <p>It must be attached to a socket of the kind that the filter was compiled for:
 *
 * <ul>
 *   <li>{@link LinkType#ETHERNET}: a packet socket of type {@code SOCK_RAW}. Linux takes the outer
 *       VLAN tag out of a frame before filters run, so {@code vlan} finds inner tags only.
 *   <li>{@link LinkType#RAW_IP}: a packet socket of type {@code SOCK_DGRAM} that receives IP.
 *   <li>{@link SkbFilter}: a packet socket of type {@code SOCK_DGRAM}. Metadata are read with
 *       Linux's ancillary loads ({@code SKF_AD_*} of linux/filter.h), so {@code arp}, {@code vlan
 *       5}, {@code inbound} and {@code ifindex 2} work; other systems and libpcap have no such
 *       loads. The MAC header counts as absent, because classic BPF cannot ask for its length: the
 *       verdict is that of {@link SkbFilter#matches} for a packet without a MAC header.
 * </ul>
 */
public final class ClassicBpf {
  /** Instructions that a kernel accepts at most: BPF_MAXINSNS of linux/bpf_common.h. */
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

  /** Returns the program; unmodifiable. */
  public List<Instruction> instructions() {
    return instructions;
  }

  /** Returns the number of instructions, 1 to {@link #MAX_SIZE}. */
  public int size() {
    return instructions.size();
  }

  /**
   * Returns the array of {@code struct sock_filter} that {@code struct sock_fprog} points to: 8
   * bytes for each instruction, in the byte order of this machine.
   */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(8 * size()).order(ByteOrder.nativeOrder());
    for (Instruction i : instructions) {
      out.putShort((short) i.code()).put((byte) i.jt()).put((byte) i.jf()).putInt(i.k());
    }
    return out.array();
  }

  /** Returns the program as {@code tcpdump -d} prints it: one instruction per line. */
  @Override
  public String toString() {
    return ClassicListing.text(instructions);
  }

  /** Returns the program as {@code tcpdump -dd} prints it: a fragment of C. */
  public String toC() {
    return ClassicListing.c(instructions);
  }

  /**
   * Returns the program as {@code tcpdump -ddd} prints it: the number of instructions, then the
   * decimal numbers of each.
   */
  public String toDecimal() {
    return ClassicListing.decimal(instructions);
  }
}
