package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.ebpf.EbpfCompiler;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfListing;
import io.dropwatch.pcapfilter.internal.ebpf.Insn;
import java.util.BitSet;
import java.util.List;

/**
 * A filter as eBPF: the body of a function, or the same code for a place inside a program ({@link
 * EbpfTarget}).
 *
 * <pre>{@code
 * int filter(const u8 *base, u32 captured, const struct filter_meta *meta, u32 ipv4_header)
 * }</pre>
 *
 * <p>{@code base} (r1) is the first byte of the packet's window: the MAC header for {@link
 * LinkType#ETHERNET}, the network header for {@link LinkType#RAW_IP} and {@link SkbFilter}, for the
 * last with the MAC header in front of it when {@code meta->mac_len} is 14. {@code captured} (r2)
 * bytes of it are the packet's, at most 256; the verifier must know that 256 bytes can be read.
 * {@code meta} (r3), in host byte order: u32 wire_length, u32 mac_len, u16 protocol, u16 vlan_tci,
 * u16 vlan_proto, u8 pkt_type, u8 reserved, u32 ifindex, u32 reserved. {@code ipv4_header} (r4) is
 * {@code (network[0] & 15) << 2}, the length of the IPv4 header in bytes if that is what {@code
 * network} points to: {@code base}, or {@code base + 14} for {@link LinkType#ETHERNET}; the caller
 * computes it, captured or not, so that the verifier sees that it is at most 60. The result (r0) is
 * 0 when the packet does not match, and any other number when it does.
 *
 * <p>The code calls no helper, uses no map and no 16-byte instruction, and jumps forward only. A
 * function has one {@code exit}, its last instruction; inline code has none. It is for
 * little-endian machines with the instruction set that kernels have had since 5.1.
 */
public final class EbpfCode {
  private final List<Insn> instructions;
  private final BitSet metadataReads;

  EbpfCode(EbpfCompiler.Code code) {
    this.instructions = List.copyOf(code.instructions());
    this.metadataReads = (BitSet) code.metadataReads().clone();
  }

  /** Returns the number of instructions. */
  public int size() {
    return instructions.size();
  }

  /** Returns the instructions as the kernel reads them: 8 bytes each, little-endian. */
  public byte[] toBytes() {
    return Insn.encode(instructions);
  }

  /**
   * Returns the offsets in {@code filter_meta} of the fields that the code loads, as a new set. A
   * caller need not fill in the others.
   */
  public BitSet metadataReads() {
    return (BitSet) metadataReads.clone();
  }

  /** Returns one instruction per line. */
  @Override
  public String toString() {
    return EbpfListing.print(instructions);
  }
}
