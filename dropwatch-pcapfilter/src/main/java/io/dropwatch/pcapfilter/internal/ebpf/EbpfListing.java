package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import java.util.List;

/** The text form of instructions, as bpftool and llvm-objdump write them. */
public final class EbpfListing {
  /** By the upper four bits of the opcode. */
  private static final String[] ALU = {
    "+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", "neg", "%=", "^=", "="
  };

  private static final String[] JUMP = {
    "goto", "==", ">", ">=", "&", "!=", "s>", "s>=", "call", "exit", "<", "<=", "s<", "s<="
  };

  private EbpfListing() {}

  /** Returns one numbered instruction per line; jumps name the number of their target. */
  public static String print(List<Insn> instructions) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < instructions.size(); i++) {
      out.append(i).append(": ").append(text(instructions.get(i), i)).append('\n');
    }
    return out.toString();
  }

  private static String text(Insn i, int at) {
    return switch (i.opcode() & Opcode.CLASS) {
      case Opcode.LDX ->
          "r" + i.dst() + " = *(" + width(i) + " *)(r" + i.src() + displacement(i) + ")";
      case Opcode.STX -> "*(" + width(i) + " *)(r" + i.dst() + displacement(i) + ") = r" + i.src();
      case Opcode.ALU -> alu(i, "w");
      case Opcode.ALU64 -> alu(i, "r");
      case Opcode.JMP32 -> jump(i, "w", at);
      default -> jump(i, "r", at);
    };
  }

  private static String alu(Insn i, String kind) {
    if (i.opcode() == Insn.BIG_ENDIAN) {
      return "r" + i.dst() + " = be" + i.immediate() + " r" + i.dst();
    }
    return kind + i.dst() + " " + ALU[i.operation() >> 4] + " " + operand(i, kind);
  }

  private static String jump(Insn i, String kind, int at) {
    int target = at + 1 + i.offset();
    String word = JUMP[i.operation() >> 4];
    return switch (i.operation()) {
      case Opcode.EXIT -> word;
      case Opcode.JA -> word + " " + target;
      default -> "if " + kind + i.dst() + " " + word + " " + operand(i, kind) + " goto " + target;
    };
  }

  private static String operand(Insn i, String kind) {
    if (i.hasRegisterOperand()) {
      return kind + i.src();
    }
    int value = i.immediate();
    return value >= -256 && value < 256
        ? Integer.toString(value)
        : "0x" + Integer.toHexString(value);
  }

  private static String width(Insn i) {
    return "u" + 8 * Opcode.bytes(i.opcode());
  }

  private static String displacement(Insn i) {
    return i.offset() < 0 ? " - " + -i.offset() : " + " + i.offset();
  }
}
