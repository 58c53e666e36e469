package io.dropwatch.pcapfilter.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Filters one after the other in one slot; the fifth argument of the slot's function, {@code which}
 * (r5), says which of them runs.
 *
 * <pre>
 *   if r0 == 1 goto     over the unused rest of the slot, which the verifier then drops at once
 *   ...
 *   if r5 != 0 goto +n  before each filter but a lone one
 *   filter 0 ... exit
 *   if r5 != 1 goto +n
 *   filter 1 ... exit
 *   r0 = 0; exit
 * </pre>
 */
final class FilterSlot {
  private static final int INSTRUCTION = 8;
  private static final long GOTO = 0x05;
  private static final long IF_R0_IS_1 = 0x15 | 1L << 32;
  private static final long IF_R5_IS_NOT = 0x555;
  private static final long R0_IS_0 = 0xb7;
  private static final long EXIT = 0x95;

  private FilterSlot() {}

  /** How many of the filters, from the first on, fit into a slot of this many instructions. */
  static int fitting(List<byte[]> filters, int slot) {
    int room = slot - 3;
    int count = 0;
    while (count < filters.size() && room > filters.get(count).length / INSTRUCTION) {
      room -= 1 + filters.get(count).length / INSTRUCTION;
      count++;
    }
    return count;
  }

  /** The slot's content: as many instructions as the slot has, or more when they do not fit. */
  static byte[] of(List<byte[]> filters, int slot) {
    byte[] code = filters.size() == 1 ? filters.getFirst() : joined(filters);
    int unused = slot - code.length / INSTRUCTION;
    if (unused < 1) {
      return code;
    }
    ByteBuffer content =
        ByteBuffer.allocate(slot * INSTRUCTION)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(jump(IF_R0_IS_1, unused - 1));
    while (content.position() < unused * INSTRUCTION) {
      content.putLong(GOTO);
    }
    return content.put(code).array();
  }

  private static byte[] joined(List<byte[]> filters) {
    int bytes = filters.stream().mapToInt(filter -> INSTRUCTION + filter.length).sum();
    ByteBuffer code = ByteBuffer.allocate(bytes + 2 * INSTRUCTION).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < filters.size(); i++) {
      byte[] filter = filters.get(i);
      code.putLong(jump(IF_R5_IS_NOT, filter.length / INSTRUCTION) | (long) i << 32).put(filter);
    }
    return code.putLong(R0_IS_0).putLong(EXIT).array();
  }

  /** Opcode in byte 0, registers in byte 1, the jump's distance in the two bytes after. */
  private static long jump(long opcode, int distance) {
    return opcode | (long) distance << 16;
  }
}
