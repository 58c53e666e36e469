package io.dropwatch.pcapfilter.internal.bytecode;

import io.dropwatch.pcapfilter.SkbPacket;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A filter that the JVM can run, and what generated code calls. */
public abstract class CompiledFilter {
  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  /** For subclasses, most of them generated. */
  protected CompiledFilter() {}

  /**
   * Returns whether the packet matches.
   *
   * @param bytes captured bytes: {@code mac} bytes of MAC header, then the window
   * @param mac 14 or 0
   * @param wireLength bytes on the wire from the start of the window
   * @param skb the packet's metadata; null where the filter reads none
   */
  public abstract boolean matches(byte[] bytes, int mac, int wireLength, @Nullable SkbPacket skb);

  /** Returns two bytes as an unsigned number. */
  protected static int u16(byte[] bytes, int at) {
    return (short) U16.get(bytes, at) & 0xffff;
  }

  /** Returns four bytes. */
  protected static int u32(byte[] bytes, int at) {
    return (int) U32.get(bytes, at);
  }

  /** Returns four bytes in this machine's byte order. */
  protected static int word(byte[] bytes, int at) {
    return (int) WORD.get(bytes, at);
  }

  /** Returns {@code value << distance}; 0 from 32 bits on. */
  protected static int shiftLeft(int value, int distance) {
    return Integer.compareUnsigned(distance, 32) < 0 ? value << distance : 0;
  }

  /** Returns {@code value >>> distance}; 0 from 32 bits on. */
  protected static int shiftRight(int value, int distance) {
    return Integer.compareUnsigned(distance, 32) < 0 ? value >>> distance : 0;
  }
}
