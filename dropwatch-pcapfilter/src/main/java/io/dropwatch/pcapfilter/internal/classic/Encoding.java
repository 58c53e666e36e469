package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.ClassicBpf.Instruction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The binary form of instructions. */
public final class Encoding {
  /** Bytes of struct sock_filter. */
  private static final int SIZE = 8;

  private Encoding() {}

  /** An array of struct sock_filter in this machine's byte order. */
  public static byte[] encode(List<Instruction> instructions) {
    ByteBuffer out = ByteBuffer.allocate(SIZE * instructions.size()).order(ByteOrder.nativeOrder());
    for (Instruction i : instructions) {
      out.putShort((short) i.code()).put((byte) i.jt()).put((byte) i.jf()).putInt(i.k());
    }
    return out.array();
  }
}
