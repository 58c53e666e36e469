package io.dropwatch.pcapfilter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Runs generated code in Java, where no kernel is at hand, and fails on what a verifier refuses: a
 * read outside the window, the metadata or what was written to the stack, a jump backward, an
 * unknown instruction.
 */
final class EbpfMachine {
  static final int WINDOW = 256;
  private static final int MAC = 14;
  private static final long BASE = 0x1_0000;
  private static final long META = 0x2_0000;
  private static final long FRAME = 0x4_0000;

  private final ByteBuffer code;
  private final int network;
  private final byte[] memory = new byte[MAC + WINDOW];
  private final byte[] meta = new byte[24];
  private final byte[] stack = new byte[512];
  private final boolean[] written = new boolean[512];

  EbpfMachine(EbpfCode code, LinkType link) {
    this.code = ByteBuffer.wrap(code.toBytes()).order(ByteOrder.LITTLE_ENDIAN);
    this.network = link == LinkType.ETHERNET ? MAC + MAC : MAC;
  }

  /** A packet that is nothing but its bytes; what does not fit into the window is not captured. */
  boolean matches(byte[] packet, int wireLength) {
    return matches(
        SkbPacket.builder().packet(LinkType.RAW_IP, packet, wireLength).protocol(0).build());
  }

  boolean matches(SkbPacket packet) {
    Arrays.fill(memory, (byte) 0xa5);
    byte[] bytes = packet.bytes();
    int window = Math.min(WINDOW, bytes.length - packet.macLength());
    System.arraycopy(bytes, 0, memory, MAC - packet.macLength(), packet.macLength() + window);
    ByteBuffer.wrap(meta)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(packet.networkLength())
        .putInt(packet.macLength())
        .putShort((short) packet.protocol())
        .putShort((short) packet.vlanTci())
        .putShort((short) packet.vlanProtocol())
        .put((byte) packet.packetType())
        .put((byte) 0)
        .putInt(packet.ifindex())
        .putInt(0);
    Arrays.fill(written, false);
    return run(window) != 0;
  }

  private long run(int captured) {
    long[] r = new long[11];
    Arrays.fill(r, 0xdead_beef_dead_beefL);
    r[1] = BASE;
    r[2] = captured;
    r[3] = META;
    r[4] = 4L * (memory[network] & 15);
    r[10] = FRAME;
    int at = 0;
    while (true) {
      int opcode = code.get(8 * at) & 0xff;
      int registers = code.get(8 * at + 1) & 0xff;
      int dst = registers & 15;
      int src = registers >> 4;
      int offset = code.getShort(8 * at + 2);
      int immediate = code.getInt(8 * at + 4);
      at++;
      if (opcode == 0x95) {
        return r[0];
      }
      switch (opcode & 7) {
        case 1 -> r[dst] = load(r[src] + offset, size(opcode));
        case 3 -> store(r[dst] + offset, r[src], size(opcode));
        case 4 -> r[dst] = alu32(opcode, r[dst], r[src], immediate);
        case 7 -> r[dst] = alu64(opcode, r[dst], r[src], immediate);
        case 5, 6 -> {
          if (jumps(opcode, r[dst], r[src], immediate)) {
            if (offset < 0) {
              throw new AssertionError("jump backward at " + (at - 1));
            }
            at += offset;
          }
        }
        default -> throw new AssertionError("opcode " + opcode);
      }
    }
  }

  private static int size(int opcode) {
    return switch (opcode & 0x18) {
      case 0x00 -> 4;
      case 0x08 -> 2;
      case 0x10 -> 1;
      default -> 8;
    };
  }

  private long load(long address, int size) {
    byte[] from;
    int at;
    if (address >= BASE - MAC && address + size <= BASE + WINDOW) {
      from = memory;
      at = (int) (address - BASE + MAC);
    } else if (address >= META && address + size <= META + meta.length) {
      from = meta;
      at = (int) (address - META);
    } else if (address >= FRAME - 512 && address + size <= FRAME) {
      from = stack;
      at = (int) (address - FRAME + 512);
      for (int i = 0; i < size; i++) {
        if (!written[at + i]) {
          throw new AssertionError("read of the stack before it was written");
        }
      }
    } else {
      throw new AssertionError("read at " + Long.toHexString(address));
    }
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = (value << 8) | (from[at + i] & 0xff);
    }
    return value;
  }

  private void store(long address, long value, int size) {
    if (address < FRAME - 512 || address + size > FRAME) {
      throw new AssertionError("write at " + Long.toHexString(address));
    }
    int at = (int) (address - FRAME + 512);
    for (int i = 0; i < size; i++) {
      stack[at + i] = (byte) (value >> (8 * i));
      written[at + i] = true;
    }
  }

  private static long alu32(int opcode, long dst, long src, int immediate) {
    if (opcode == 0xdc) {
      return immediate == 16
          ? Short.toUnsignedLong(Short.reverseBytes((short) dst))
          : Integer.toUnsignedLong(Integer.reverseBytes((int) dst));
    }
    int a = (int) dst;
    int b = (opcode & 8) != 0 ? (int) src : immediate;
    int result =
        switch (opcode & 0xf0) {
          case 0x00 -> a + b;
          case 0x10 -> a - b;
          case 0x20 -> a * b;
          case 0x30 -> Integer.divideUnsigned(a, b);
          case 0x40 -> a | b;
          case 0x50 -> a & b;
          case 0x60 -> a << b;
          case 0x70 -> a >>> b;
          case 0x90 -> Integer.remainderUnsigned(a, b);
          case 0xa0 -> a ^ b;
          case 0xb0 -> b;
          default -> throw new AssertionError("opcode " + opcode);
        };
    return Integer.toUnsignedLong(result);
  }

  private static long alu64(int opcode, long dst, long src, int immediate) {
    long b = (opcode & 8) != 0 ? src : immediate;
    return switch (opcode & 0xf0) {
      case 0x00 -> dst + b;
      case 0x10 -> dst - b;
      case 0xb0 -> b;
      default -> throw new AssertionError("opcode " + opcode);
    };
  }

  private static boolean jumps(int opcode, long dst, long src, int immediate) {
    boolean narrow = (opcode & 7) == 6;
    long a = narrow ? Integer.toUnsignedLong((int) dst) : dst;
    long wide = (opcode & 8) != 0 ? src : immediate;
    long b = narrow ? Integer.toUnsignedLong((int) wide) : wide;
    long signedA = narrow ? (int) a : a;
    long signedB = narrow ? (int) b : b;
    return switch (opcode & 0xf0) {
      case 0x00 -> true;
      case 0x10 -> a == b;
      case 0x20 -> Long.compareUnsigned(a, b) > 0;
      case 0x30 -> Long.compareUnsigned(a, b) >= 0;
      case 0x40 -> (a & b) != 0;
      case 0x50 -> a != b;
      case 0x60 -> signedA > signedB;
      case 0x70 -> signedA >= signedB;
      case 0xa0 -> Long.compareUnsigned(a, b) < 0;
      case 0xb0 -> Long.compareUnsigned(a, b) <= 0;
      case 0xc0 -> signedA < signedB;
      case 0xd0 -> signedA <= signedB;
      default -> throw new AssertionError("opcode " + opcode);
    };
  }
}
