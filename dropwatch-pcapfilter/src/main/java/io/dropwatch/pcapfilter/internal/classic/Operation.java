package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.codegen.Opcode;

/**
 * An instruction without its jumps (linux/bpf_common.h).
 *
 * @param code class, size, mode, operation and source
 * @param k constant, offset or number of a scratch word
 */
record Operation(int code, int k) {
  /** Number of scratch words. */
  static final int WORDS = 16;

  /** Bit of A in a set of places. The bits below are the scratch words. */
  static final int A_BIT = 1 << WORDS;

  static final int X_BIT = 1 << (WORDS + 1);

  static Operation load(int offset, int size) {
    return new Operation(Opcode.LD | Opcode.ABS | Opcode.size(size), offset);
  }

  static Operation loadBehindX(int offset, int size) {
    return new Operation(Opcode.LD | Opcode.IND | Opcode.size(size), offset);
  }

  static Operation loadWord(int word) {
    return new Operation(Opcode.LD | Opcode.MEM, word);
  }

  static Operation loadWordToX(int word) {
    return new Operation(Opcode.LDX | Opcode.MEM, word);
  }

  static Operation store(int word) {
    return new Operation(Opcode.ST, word);
  }

  static Operation constant(int value) {
    return new Operation(Opcode.LD | Opcode.IMM, value);
  }

  static Operation length() {
    return new Operation(Opcode.LD | Opcode.LEN, 0);
  }

  static Operation alu(int operation, int value) {
    return new Operation(Opcode.ALU | operation, value);
  }

  static Operation aluX(int operation) {
    return new Operation(Opcode.ALU | Opcode.X | operation, 0);
  }

  static Operation jump(int comparison, int value) {
    return new Operation(Opcode.JMP | comparison, value);
  }

  static Operation jumpX(int comparison) {
    return new Operation(Opcode.JMP | Opcode.X | comparison, 0);
  }

  static Operation tax() {
    return new Operation(Opcode.MISC, 0);
  }

  static Operation txa() {
    return new Operation(Opcode.MISC | Opcode.TXA, 0);
  }

  /** Returns whether it can reject a packet by itself. */
  boolean mayReject() {
    int mode = code & Opcode.MODE;
    boolean divides =
        (code & Opcode.OPERATION) == Opcode.DIV || (code & Opcode.OPERATION) == Opcode.MOD;
    return switch (code & Opcode.CLASS) {
      case Opcode.LD -> mode == Opcode.ABS || mode == Opcode.IND;
      case Opcode.LDX -> mode == Opcode.MSH;
      case Opcode.ALU -> divides && (code & Opcode.X) != 0;
      default -> false;
    };
  }

  /** Returns where the bytes end that it reads at a constant offset, or 0 if it reads none. */
  int end() {
    boolean packet =
        code == (Opcode.LDX | Opcode.MSH | Opcode.B)
            || ((code & Opcode.CLASS) == Opcode.LD && (code & Opcode.MODE) == Opcode.ABS);
    return packet && k >= 0 ? k + Opcode.bytes(code) : 0;
  }

  /** Returns the set of places that it reads. */
  int reads() {
    int mode = code & Opcode.MODE;
    int operandX = (code & Opcode.X) != 0 ? X_BIT : 0;
    return switch (code & Opcode.CLASS) {
      case Opcode.LD, Opcode.LDX -> mode == Opcode.IND ? X_BIT : mode == Opcode.MEM ? 1 << k : 0;
      case Opcode.ST -> A_BIT;
      case Opcode.STX -> X_BIT;
      case Opcode.ALU, Opcode.JMP -> A_BIT | operandX;
      case Opcode.MISC -> code == (Opcode.MISC | Opcode.TXA) ? X_BIT : A_BIT;
      default -> 0;
    };
  }

  /** Returns the set of places that it writes: one, or none. */
  int writes() {
    return switch (code & Opcode.CLASS) {
      case Opcode.LD, Opcode.ALU -> A_BIT;
      case Opcode.LDX -> X_BIT;
      case Opcode.ST, Opcode.STX -> 1 << k;
      case Opcode.MISC -> code == (Opcode.MISC | Opcode.TXA) ? A_BIT : X_BIT;
      default -> 0;
    };
  }
}
