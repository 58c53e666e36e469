package io.dropwatch.internal.probe;

import io.dropwatch.pcapfilter.EbpfCode;
import io.dropwatch.pcapfilter.EbpfTarget;
import io.dropwatch.pcapfilter.SkbFilter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/** A filter's code for the probe's slot ({@code slot.h}). */
final class FilterCode {
  /** SLOT_STACK: bytes at the top of the stack that belong to the program. */
  static final int PROGRAM_STACK = 128;

  private static final int INSTRUCTION_BYTES = 8;

  /** goto +0. */
  private static final long NO_OPERATION = 0x05;

  /** if r0 == 1 goto. */
  private static final long JUMP_IF_ONE = 1L << 32 | 0x15;

  /** Position of a jump's distance in an instruction. */
  private static final int OFFSET_BIT = 16;

  private final byte[] code;
  private final BitSet metadataReads;

  /**
   * Takes compiled code.
   *
   * @param code instructions of 8 bytes; falls through at its end, with the verdict in r0
   * @param metadataReads offsets in {@code struct filter_meta} of the fields that it loads
   */
  FilterCode(byte[] code, BitSet metadataReads) {
    this.code = code;
    this.metadataReads = metadataReads;
  }

  /**
   * Compiles a filter for the slot.
   *
   * @throws UnsupportedOperationException as {@link SkbFilter#ebpf(EbpfTarget)} does
   */
  static FilterCode of(SkbFilter filter) {
    EbpfCode code = filter.ebpf(EbpfTarget.inline(PROGRAM_STACK));
    return new FilterCode(code.toBytes(), code.metadataReads());
  }

  /** Returns the number of instructions. */
  int size() {
    return code.length / INSTRUCTION_BYTES;
  }

  /**
   * Returns the whole slot: a jump over its unused part, so that the verifier need not walk through
   * that (r0 is 1 there), then the filter.
   *
   * @param room instructions, at least as many as {@link #size}
   */
  byte[] filling(int room) {
    int unused = room - size();
    ByteBuffer slot = ByteBuffer.allocate(room * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < unused; i++) {
      slot.putLong(i == 0 ? JUMP_IF_ONE | (unused - 1L) << OFFSET_BIT : NO_OPERATION);
    }
    return slot.put(code).array();
  }

  /**
   * Returns the offsets in {@code struct filter_meta} of the fields that the filter reads: the
   * probe need not work out the others.
   */
  BitSet metadataReads() {
    return metadataReads;
  }
}
