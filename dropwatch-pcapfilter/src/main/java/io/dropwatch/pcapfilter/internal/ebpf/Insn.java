package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One eBPF instruction (linux/bpf.h, struct bpf_insn).
 *
 * @param opcode class, operation and source, see {@link Opcode}
 * @param dst destination register
 * @param src source register
 * @param offset displacement of a load or a jump
 * @param immediate constant
 */
public record Insn(int opcode, int dst, int src, int offset, int immediate) {
  static final int EXIT = Opcode.JMP | Opcode.EXIT;
  static final int BIG_ENDIAN = Opcode.ALU | Opcode.END | Opcode.X;

  static Insn load(int dst, int base, int offset, int size) {
    return new Insn(Opcode.LDX | Opcode.MEM | Opcode.size(size), dst, base, offset, 0);
  }

  static Insn store(int base, int offset, int src) {
    return new Insn(Opcode.STX | Opcode.MEM | Opcode.DW, base, src, offset, 0);
  }

  /** 32-bit arithmetic with a constant; the upper half becomes 0. */
  static Insn alu(int operation, int dst, int immediate) {
    return new Insn(Opcode.ALU | operation, dst, 0, 0, immediate);
  }

  /** 32-bit arithmetic with a register; the upper half becomes 0. */
  static Insn aluRegister(int operation, int dst, int src) {
    return new Insn(Opcode.ALU | Opcode.X | operation, dst, src, 0, 0);
  }

  /** 64-bit arithmetic with a register; for pointers. */
  static Insn alu64Register(int operation, int dst, int src) {
    return new Insn(Opcode.ALU64 | Opcode.X | operation, dst, src, 0, 0);
  }

  /** Big-endian bytes to a number. */
  static Insn fromBigEndian(int dst, int size) {
    return new Insn(BIG_ENDIAN, dst, 0, 0, 8 * size);
  }

  /**
   * A jump on a comparison of an unsigned 32-bit number, zero-extended, with a constant. The 64-bit
   * form extends the sign of the constant, so constants from 2^31 on take the 32-bit form.
   */
  static Insn jump(int operation, int dst, int immediate) {
    return new Insn((immediate < 0 ? Opcode.JMP32 : Opcode.JMP) | operation, dst, 0, 0, immediate);
  }

  /** A jump on the lower half of a register alone. */
  static Insn jump32(int operation, int dst, int immediate) {
    return new Insn(Opcode.JMP32 | operation, dst, 0, 0, immediate);
  }

  /** A jump on a comparison of the lower halves of two registers. */
  static Insn jump32Register(int operation, int dst, int src) {
    return new Insn(Opcode.JMP32 | Opcode.X | operation, dst, src, 0, 0);
  }

  /** The verdict as the result. */
  static Insn verdict(int value) {
    return new Insn(Opcode.ALU64 | Opcode.MOV, 0, 0, 0, value);
  }

  static Insn always() {
    return new Insn(Opcode.JMP | Opcode.JA, 0, 0, 0, 0);
  }

  static Insn exit() {
    return new Insn(EXIT, 0, 0, 0, 0);
  }

  private int type() {
    return opcode & Opcode.CLASS;
  }

  int operation() {
    return opcode & Opcode.OPERATION;
  }

  boolean hasRegisterOperand() {
    return (opcode & Opcode.X) != 0;
  }

  boolean isPacketLoad() {
    return type() == Opcode.LDX && (opcode & Opcode.SIZE) != Opcode.DW;
  }

  boolean loadsFrom(int base) {
    return type() == Opcode.LDX && src == base;
  }

  /** Returns whether this is a jump on the register compared with a constant. */
  boolean comparesConstant(int register) {
    return isJump() && !hasRegisterOperand() && dst == register;
  }

  /**
   * Returns the instruction that turns the compared number in r0 into 0 exactly when the jump does
   * not go where it is wanted, or null when no single instruction does.
   *
   * @param taken whether the jump is to be taken
   */
  @Nullable Insn difference(boolean taken) {
    return switch (operation()) {
      case Opcode.JEQ -> taken ? null : alu(Opcode.XOR, 0, immediate);
      case Opcode.JNE -> taken ? alu(Opcode.XOR, 0, immediate) : null;
      case Opcode.JSET -> taken ? alu(Opcode.AND, 0, immediate) : null;
      default -> null;
    };
  }

  /** Returns whether the outcome of this jump shows that r0 is not 0. */
  boolean impliesNonZero(boolean taken) {
    if (dst != 0) {
      return false;
    }
    boolean constant = !hasRegisterOperand();
    return switch (operation()) {
      case Opcode.JEQ -> constant && taken == (immediate != 0);
      case Opcode.JSET, Opcode.JGT -> taken;
      case Opcode.JGE -> taken && constant && immediate != 0;
      default -> false;
    };
  }

  /** Returns whether the instruction writes to the register. */
  boolean writes(int register) {
    return dst == register
        && switch (type()) {
          case Opcode.LDX, Opcode.ALU, Opcode.ALU64 -> true;
          default -> false;
        };
  }

  /** Returns the same with another destination. */
  Insn to(int register) {
    return new Insn(opcode, register, src, offset, immediate);
  }

  boolean isJump() {
    return (type() == Opcode.JMP || type() == Opcode.JMP32) && opcode != EXIT;
  }

  Insn withOffset(int displacement) {
    return new Insn(opcode, dst, src, displacement, immediate);
  }

  /** Returns whether {@link #inverted} exists; the test of bits has no opposite. */
  boolean invertible() {
    return operation() != Opcode.JSET;
  }

  /** Returns the jump that is taken when this one is not. */
  Insn inverted() {
    int inverse =
        switch (operation()) {
          case Opcode.JEQ -> Opcode.JNE;
          case Opcode.JNE -> Opcode.JEQ;
          case Opcode.JGT -> Opcode.JLE;
          case Opcode.JLE -> Opcode.JGT;
          case Opcode.JGE -> Opcode.JLT;
          case Opcode.JLT -> Opcode.JGE;
          case Opcode.JSGT -> Opcode.JSLE;
          case Opcode.JSLE -> Opcode.JSGT;
          case Opcode.JSGE -> Opcode.JSLT;
          case Opcode.JSLT -> Opcode.JSGE;
          default -> throw new IllegalStateException("no opposite of " + this);
        };
    return new Insn((opcode & ~Opcode.OPERATION) | inverse, dst, src, offset, immediate);
  }

  /** Returns the instructions as the kernel reads them, 8 bytes each, little-endian. */
  public static byte[] encode(List<Insn> instructions) {
    ByteBuffer out = ByteBuffer.allocate(8 * instructions.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (Insn i : instructions) {
      out.put((byte) i.opcode).put((byte) ((i.src << 4) | i.dst));
      out.putShort((short) i.offset).putInt(i.immediate);
    }
    return out.array();
  }
}
