package io.dropwatch.pcapfilter.internal.ebpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One eBPF instruction (linux/bpf.h, struct bpf_insn).
 *
 * @param opcode class, operation and source
 * @param dst destination register
 * @param src source register
 * @param offset displacement of a load or a jump
 * @param immediate constant
 */
public record Insn(int opcode, int dst, int src, int offset, int immediate) {
  static final int LDX = 0x01;
  static final int STX = 0x03;
  static final int ALU = 0x04;
  static final int JMP = 0x05;
  static final int JMP32 = 0x06;
  static final int ALU64 = 0x07;
  static final int REGISTER = 0x08;
  static final int MEM = 0x60;
  static final int DOUBLE_WORD = 0x18;

  static final int ADD = 0x00;
  static final int SUB = 0x10;
  static final int MUL = 0x20;
  static final int DIV = 0x30;
  static final int OR = 0x40;
  static final int AND = 0x50;
  static final int LSH = 0x60;
  static final int RSH = 0x70;
  static final int MOD = 0x90;
  static final int XOR = 0xa0;
  static final int MOV = 0xb0;
  static final int END_BE = 0xdc;

  static final int JA = 0x00;
  static final int JEQ = 0x10;
  static final int JGT = 0x20;
  static final int JGE = 0x30;
  static final int JSET = 0x40;
  static final int JNE = 0x50;
  static final int JLT = 0xa0;
  static final int JLE = 0xb0;
  static final int JSGT = 0x60;
  static final int JSGE = 0x70;
  static final int JSLT = 0xc0;
  static final int JSLE = 0xd0;
  static final int EXIT = 0x95;

  static Insn load(int dst, int base, int offset, int size) {
    int width =
        switch (size) {
          case 1 -> 0x10;
          case 2 -> 0x08;
          case 4 -> 0x00;
          case 8 -> DOUBLE_WORD;
          default -> throw new IllegalArgumentException("no load of " + size + " bytes");
        };
    return new Insn(LDX | MEM | width, dst, base, offset, 0);
  }

  static Insn store(int base, int offset, int src) {
    return new Insn(STX | MEM | DOUBLE_WORD, base, src, offset, 0);
  }

  /** 32-bit arithmetic with a constant; the upper half becomes 0. */
  static Insn alu(int operation, int dst, int immediate) {
    return new Insn(ALU | operation, dst, 0, 0, immediate);
  }

  /** 32-bit arithmetic with a register; the upper half becomes 0. */
  static Insn aluRegister(int operation, int dst, int src) {
    return new Insn(ALU | REGISTER | operation, dst, src, 0, 0);
  }

  /** 64-bit arithmetic with a register; for pointers. */
  static Insn alu64Register(int operation, int dst, int src) {
    return new Insn(ALU64 | REGISTER | operation, dst, src, 0, 0);
  }

  /** 64-bit arithmetic with a constant; for pointers. */
  static Insn alu64(int operation, int dst, int immediate) {
    return new Insn(ALU64 | operation, dst, 0, 0, immediate);
  }

  /** Big-endian bytes to a number. */
  static Insn fromBigEndian(int dst, int size) {
    return new Insn(END_BE, dst, 0, 0, 8 * size);
  }

  /**
   * A jump on a comparison of an unsigned 32-bit number, zero-extended, with a constant. The 64-bit
   * form extends the sign of the constant, so that constants from 2 to the 31 take the 32-bit form.
   */
  static Insn jump(int operation, int dst, int immediate) {
    return new Insn((immediate < 0 ? JMP32 : JMP) | operation, dst, 0, 0, immediate);
  }

  /** A jump on the lower half of a register alone. */
  static Insn jump32(int operation, int dst, int immediate) {
    return new Insn(JMP32 | operation, dst, 0, 0, immediate);
  }

  /** A jump on a comparison of two registers' lower halves. */
  static Insn jump32Register(int operation, int dst, int src) {
    return new Insn(JMP32 | REGISTER | operation, dst, src, 0, 0);
  }

  /** The verdict as the function's result. */
  static Insn verdict(int value) {
    return new Insn(ALU64 | MOV, 0, 0, 0, value);
  }

  static Insn always() {
    return new Insn(JMP | JA, 0, 0, 0, 0);
  }

  static Insn exit() {
    return new Insn(EXIT, 0, 0, 0, 0);
  }

  boolean isPacketLoad() {
    return (opcode & 7) == LDX && (opcode & DOUBLE_WORD) != DOUBLE_WORD;
  }

  boolean loadsFrom(int base) {
    return (opcode & 7) == LDX && src == base;
  }

  /** Whether this is a jump on the register compared with a constant. */
  boolean comparesConstant(int register) {
    return isJump() && (opcode & REGISTER) == 0 && dst == register;
  }

  /**
   * What leaves in r0, which holds the compared number, 0 if and only if the jump does not go to
   * where it is wanted; null when no single instruction does.
   *
   * @param taken whether the jump is to be taken
   */
  @Nullable Insn difference(boolean taken) {
    return switch (opcode & 0xf0) {
      case JEQ -> taken ? null : alu(XOR, 0, immediate);
      case JNE -> taken ? alu(XOR, 0, immediate) : null;
      case JSET -> taken ? alu(AND, 0, immediate) : null;
      default -> null;
    };
  }

  /** Whether the number compared in r0 cannot be 0 where the jump goes, or where it does not. */
  boolean tellsNonZero(boolean taken) {
    if (dst != 0) {
      return false;
    }
    boolean constant = (opcode & REGISTER) == 0;
    return switch (opcode & 0xf0) {
      case JEQ -> constant && taken == (immediate != 0);
      case JSET, JGT -> taken;
      case JGE -> taken && constant && immediate != 0;
      default -> false;
    };
  }

  /** Whether the instruction writes to the register. */
  boolean writes(int register) {
    int type = opcode & 7;
    return dst == register && (type == LDX || type == ALU || type == ALU64);
  }

  /** The same with another destination. */
  Insn to(int register) {
    return new Insn(opcode, register, src, offset, immediate);
  }

  boolean isJump() {
    int type = opcode & 7;
    return (type == JMP || type == JMP32) && opcode != EXIT;
  }

  Insn withOffset(int displacement) {
    return new Insn(opcode, dst, src, displacement, immediate);
  }

  /** The same jump when the comparison does not hold; the test of bits has no such form. */
  boolean invertible() {
    return (opcode & 0xf0) != JSET;
  }

  Insn inverted() {
    int operation =
        switch (opcode & 0xf0) {
          case JEQ -> JNE;
          case JNE -> JEQ;
          case JGT -> JLE;
          case JLE -> JGT;
          case JGE -> JLT;
          case JLT -> JGE;
          case JSGT -> JSLE;
          case JSLE -> JSGT;
          case JSGE -> JSLT;
          case JSLT -> JSGE;
          default -> throw new IllegalStateException("no opposite of " + this);
        };
    return new Insn((opcode & 0x0f) | operation, dst, src, offset, immediate);
  }

  /** The instructions as the kernel reads them, little-endian. */
  static byte[] encode(List<Insn> instructions) {
    ByteBuffer out = ByteBuffer.allocate(8 * instructions.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (Insn i : instructions) {
      out.put((byte) i.opcode).put((byte) ((i.src << 4) | i.dst));
      out.putShort((short) i.offset).putInt(i.immediate);
    }
    return out.array();
  }
}
