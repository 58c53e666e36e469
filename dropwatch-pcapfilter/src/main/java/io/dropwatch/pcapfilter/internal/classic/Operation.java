package io.dropwatch.pcapfilter.internal.classic;

/**
 * An instruction without its jumps (linux/bpf_common.h).
 *
 * @param code class, size, mode, operation and source
 * @param k constant, offset or number of a scratch word
 */
record Operation(int code, int k) {
  static final int LD = 0x00;
  static final int LDX = 0x01;
  static final int ST = 0x02;
  static final int STX = 0x03;
  static final int ALU = 0x04;
  static final int JMP = 0x05;
  static final int RET = 0x06;
  static final int MISC = 0x07;

  static final int IMM = 0x00;
  static final int ABS = 0x20;
  static final int IND = 0x40;
  static final int MEM = 0x60;
  static final int LEN = 0x80;
  static final int MSH = 0xb0;

  static final int ADD = 0x00;
  static final int SUB = 0x10;
  static final int MUL = 0x20;
  static final int DIV = 0x30;
  static final int OR = 0x40;
  static final int AND = 0x50;
  static final int LSH = 0x60;
  static final int RSH = 0x70;
  static final int NEG = 0x80;
  static final int MOD = 0x90;
  static final int XOR = 0xa0;

  static final int JA = 0x00;
  static final int JEQ = 0x10;
  static final int JGT = 0x20;
  static final int JGE = 0x30;
  static final int JSET = 0x40;

  /** The operand is X instead of the constant. */
  static final int X = 0x08;

  static final int TXA = 0x80;

  /** Scratch words. */
  static final int WORDS = 16;

  /** Bit of A in sets of places; those of the scratch words are below. */
  static final int A_BIT = 1 << WORDS;

  static final int X_BIT = 1 << (WORDS + 1);

  private static int width(int size) {
    return switch (size) {
      case 1 -> 0x10;
      case 2 -> 0x08;
      default -> 0x00;
    };
  }

  static Operation load(int offset, int size) {
    return new Operation(LD | ABS | width(size), offset);
  }

  static Operation loadBehindX(int offset, int size) {
    return new Operation(LD | IND | width(size), offset);
  }

  static Operation loadWord(int word) {
    return new Operation(LD | MEM, word);
  }

  static Operation loadWordToX(int word) {
    return new Operation(LDX | MEM, word);
  }

  static Operation store(int word) {
    return new Operation(ST, word);
  }

  static Operation constant(int value) {
    return new Operation(LD | IMM, value);
  }

  static Operation length() {
    return new Operation(LD | LEN, 0);
  }

  static Operation alu(int operation, int value) {
    return new Operation(ALU | operation, value);
  }

  static Operation aluX(int operation) {
    return new Operation(ALU | X | operation, 0);
  }

  static Operation jump(int comparison, int value) {
    return new Operation(JMP | comparison, value);
  }

  static Operation jumpX(int comparison) {
    return new Operation(JMP | X | comparison, 0);
  }

  static Operation tax() {
    return new Operation(MISC, 0);
  }

  static Operation txa() {
    return new Operation(MISC | TXA, 0);
  }

  boolean isJump() {
    return (code & 7) == JMP;
  }

  /** Whether it can reject a packet by itself. */
  boolean mayReject() {
    int mode = code & 0xe0;
    boolean divides = (code & 0xf0) == DIV || (code & 0xf0) == MOD;
    return switch (code & 7) {
      case LD -> mode == ABS || mode == IND;
      case LDX -> mode == (MSH & 0xe0);
      case ALU -> divides && (code & X) != 0;
      default -> false;
    };
  }

  /**
   * Where the bytes end that it reads at a constant offset of the packet; 0 when there are none.
   */
  int end() {
    boolean packet = code == (LDX | MSH) || ((code & 7) == LD && (code & 0xe0) == ABS);
    return packet && k >= 0 ? k + width() : 0;
  }

  private int width() {
    return switch (code & 0x18) {
      case 0x10 -> 1;
      case 0x08 -> 2;
      default -> 4;
    };
  }

  /** The places that it reads. */
  int reads() {
    int mode = code & 0xe0;
    int operandX = (code & X) != 0 ? X_BIT : 0;
    return switch (code & 7) {
      case LD, LDX -> mode == IND ? X_BIT : mode == MEM ? 1 << k : 0;
      case ST -> A_BIT;
      case STX -> X_BIT;
      case ALU, JMP -> A_BIT | operandX;
      case MISC -> code == (MISC | TXA) ? X_BIT : A_BIT;
      default -> 0;
    };
  }

  /** The place that it writes, or no place. */
  int writes() {
    return switch (code & 7) {
      case LD, ALU -> A_BIT;
      case LDX -> X_BIT;
      case ST, STX -> 1 << k;
      case MISC -> code == (MISC | TXA) ? A_BIT : X_BIT;
      default -> 0;
    };
  }
}
