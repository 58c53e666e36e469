package io.dropwatch.pcapfilter.internal.ebpf;

import java.util.List;
import java.util.Map;

/** The text form of instructions, as bpftool and llvm-objdump write them. */
public final class EbpfListing {
  private static final Map<Integer, String> ALU =
      Map.ofEntries(
          Map.entry(Insn.ADD, "+="),
          Map.entry(Insn.SUB, "-="),
          Map.entry(Insn.MUL, "*="),
          Map.entry(Insn.DIV, "/="),
          Map.entry(Insn.OR, "|="),
          Map.entry(Insn.AND, "&="),
          Map.entry(Insn.LSH, "<<="),
          Map.entry(Insn.RSH, ">>="),
          Map.entry(Insn.MOD, "%="),
          Map.entry(Insn.XOR, "^="),
          Map.entry(Insn.MOV, "="));
  private static final Map<Integer, String> JUMP =
      Map.ofEntries(
          Map.entry(Insn.JEQ, "=="),
          Map.entry(Insn.JNE, "!="),
          Map.entry(Insn.JGT, ">"),
          Map.entry(Insn.JGE, ">="),
          Map.entry(Insn.JLT, "<"),
          Map.entry(Insn.JLE, "<="),
          Map.entry(Insn.JSET, "&"),
          Map.entry(Insn.JSGT, "s>"),
          Map.entry(Insn.JSGE, "s>="),
          Map.entry(Insn.JSLT, "s<"),
          Map.entry(Insn.JSLE, "s<="));

  private EbpfListing() {}

  /** One instruction per line with its number; jumps name the number they go to. */
  public static String print(List<Insn> instructions) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < instructions.size(); i++) {
      out.append(i).append(": ").append(text(instructions.get(i), i)).append('\n');
    }
    return out.toString();
  }

  private static String text(Insn i, int at) {
    if (i.opcode() == Insn.EXIT) {
      return "exit";
    }
    return switch (i.opcode() & 7) {
      case Insn.LDX ->
          "r" + i.dst() + " = *(" + width(i) + " *)(r" + i.src() + displacement(i) + ")";
      case Insn.STX -> "*(" + width(i) + " *)(r" + i.dst() + displacement(i) + ") = r" + i.src();
      case Insn.ALU, Insn.ALU64 -> alu(i);
      default -> jump(i, at);
    };
  }

  private static String alu(Insn i) {
    if (i.opcode() == Insn.END_BE) {
      return "r" + i.dst() + " = be" + i.immediate() + " r" + i.dst();
    }
    String kind = (i.opcode() & 7) == Insn.ALU ? "w" : "r";
    return kind + i.dst() + " " + ALU.get(i.opcode() & 0xf0) + " " + source(i, kind);
  }

  private static String jump(Insn i, int at) {
    int target = at + 1 + i.offset();
    if ((i.opcode() & 0xf0) == Insn.JA) {
      return "goto " + target;
    }
    String kind = (i.opcode() & 7) == Insn.JMP32 ? "w" : "r";
    String operator = JUMP.get(i.opcode() & 0xf0);
    return "if " + kind + i.dst() + " " + operator + " " + source(i, kind) + " goto " + target;
  }

  private static String source(Insn i, String kind) {
    if ((i.opcode() & Insn.REGISTER) != 0) {
      return kind + i.src();
    }
    int value = i.immediate();
    return value >= -256 && value < 256
        ? Integer.toString(value)
        : "0x" + Integer.toHexString(value);
  }

  private static String width(Insn i) {
    return switch (i.opcode() & 0x18) {
      case 0x00 -> "u32";
      case 0x08 -> "u16";
      case 0x10 -> "u8";
      default -> "u64";
    };
  }

  private static String displacement(Insn i) {
    return i.offset() < 0 ? " - " + -i.offset() : " + " + i.offset();
  }
}
