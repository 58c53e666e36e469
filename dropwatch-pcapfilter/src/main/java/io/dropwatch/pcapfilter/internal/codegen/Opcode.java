package io.dropwatch.pcapfilter.internal.codegen;

import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;

/**
 * The fields of an opcode, with the names of linux/bpf_common.h (both instruction sets),
 * linux/filter.h (classic only) and linux/bpf.h (eBPF only).
 */
public final class Opcode {
  /** Mask of the class. */
  public static final int CLASS = 0x07;

  public static final int LD = 0x00;
  public static final int LDX = 0x01;
  public static final int ST = 0x02;
  public static final int STX = 0x03;
  public static final int ALU = 0x04;
  public static final int JMP = 0x05;

  /** Classic. */
  public static final int RET = 0x06;

  /** Classic. */
  public static final int MISC = 0x07;

  /** eBPF. */
  public static final int JMP32 = 0x06;

  /** eBPF. */
  public static final int ALU64 = 0x07;

  /** Mask of a load's size. */
  public static final int SIZE = 0x18;

  public static final int W = 0x00;
  public static final int H = 0x08;
  public static final int B = 0x10;

  /** eBPF: 8 bytes. */
  public static final int DW = 0x18;

  /** Mask of a load's mode. */
  public static final int MODE = 0xe0;

  public static final int IMM = 0x00;
  public static final int ABS = 0x20;
  public static final int IND = 0x40;
  public static final int MEM = 0x60;
  public static final int LEN = 0x80;
  public static final int MSH = 0xa0;

  /** Classic: X to A; without it, A to X. */
  public static final int TXA = 0x80;

  /** The operand is a register (X in classic BPF) instead of the constant. */
  public static final int X = 0x08;

  /** Mask of the operation of arithmetic and jumps. */
  public static final int OPERATION = 0xf0;

  public static final int ADD = 0x00;
  public static final int SUB = 0x10;
  public static final int MUL = 0x20;
  public static final int DIV = 0x30;
  public static final int OR = 0x40;
  public static final int AND = 0x50;
  public static final int LSH = 0x60;
  public static final int RSH = 0x70;
  public static final int NEG = 0x80;
  public static final int MOD = 0x90;
  public static final int XOR = 0xa0;

  /** eBPF. */
  public static final int MOV = 0xb0;

  /** eBPF: byte order. */
  public static final int END = 0xd0;

  public static final int JA = 0x00;
  public static final int JEQ = 0x10;
  public static final int JGT = 0x20;
  public static final int JGE = 0x30;
  public static final int JSET = 0x40;

  /** eBPF, as all that follow. */
  public static final int JNE = 0x50;

  public static final int JSGT = 0x60;
  public static final int JSGE = 0x70;
  public static final int EXIT = 0x90;
  public static final int JLT = 0xa0;
  public static final int JLE = 0xb0;
  public static final int JSLT = 0xc0;
  public static final int JSLE = 0xd0;

  private Opcode() {}

  /** Returns the size field for a load of 1, 2, 4 or 8 bytes. */
  public static int size(int bytes) {
    return switch (bytes) {
      case 1 -> B;
      case 2 -> H;
      case 4 -> W;
      case 8 -> DW;
      default -> throw new IllegalArgumentException("no load of " + bytes + " bytes");
    };
  }

  /** Returns the bytes that an opcode with this size field loads. */
  public static int bytes(int opcode) {
    return switch (opcode & SIZE) {
      case B -> 1;
      case H -> 2;
      case W -> 4;
      default -> 8;
    };
  }

  /** Returns the arithmetic operation for an operator. */
  public static int of(Operator operator) {
    return switch (operator) {
      case ADD -> ADD;
      case SUBTRACT -> SUB;
      case MULTIPLY -> MUL;
      case DIVIDE -> DIV;
      case MODULO -> MOD;
      case AND -> AND;
      case OR -> OR;
      case XOR -> XOR;
      case SHIFT_LEFT -> LSH;
      case SHIFT_RIGHT -> RSH;
    };
  }

  /** Returns the jump that is taken when the relation holds. */
  public static int of(Relation relation) {
    return switch (relation) {
      case EQUAL -> JEQ;
      case GREATER -> JGT;
      case GREATER_OR_EQUAL -> JGE;
      case COMMON_BITS -> JSET;
    };
  }
}
