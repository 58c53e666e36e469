package io.dropwatch.pcapfilter.internal.ebpf;

import java.util.List;
import java.util.Map;

/** The text form of instructions, as bpftool and llvm-objdump write them. */
public final class Listing {
  private static final Map<Integer, String> ALU =
      Map.ofEntries(
          Map.entry(Instruction.ADD, "+="),
          Map.entry(Instruction.SUB, "-="),
          Map.entry(Instruction.MUL, "*="),
          Map.entry(Instruction.DIV, "/="),
          Map.entry(Instruction.OR, "|="),
          Map.entry(Instruction.AND, "&="),
          Map.entry(Instruction.LSH, "<<="),
          Map.entry(Instruction.RSH, ">>="),
          Map.entry(Instruction.MOD, "%="),
          Map.entry(Instruction.XOR, "^="),
          Map.entry(Instruction.MOV, "="));
  private static final Map<Integer, String> JUMP =
      Map.ofEntries(
          Map.entry(Instruction.JEQ, "=="),
          Map.entry(Instruction.JNE, "!="),
          Map.entry(Instruction.JGT, ">"),
          Map.entry(Instruction.JGE, ">="),
          Map.entry(Instruction.JLT, "<"),
          Map.entry(Instruction.JLE, "<="),
          Map.entry(Instruction.JSET, "&"),
          Map.entry(Instruction.JSGT, "s>"),
          Map.entry(Instruction.JSGE, "s>="),
          Map.entry(Instruction.JSLT, "s<"),
          Map.entry(Instruction.JSLE, "s<="));

  private Listing() {}

  /** One instruction per line with its number; jumps name the number they go to. */
  public static String print(List<Instruction> instructions) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < instructions.size(); i++) {
      out.append(i).append(": ").append(text(instructions.get(i), i)).append('\n');
    }
    return out.toString();
  }

  private static String text(Instruction i, int at) {
    if (i.opcode() == Instruction.EXIT) {
      return "exit";
    }
    return switch (i.opcode() & 7) {
      case Instruction.LDX ->
          "r" + i.dst() + " = *(" + width(i) + " *)(r" + i.src() + displacement(i) + ")";
      case Instruction.STX ->
          "*(" + width(i) + " *)(r" + i.dst() + displacement(i) + ") = r" + i.src();
      case Instruction.ALU, Instruction.ALU64 -> alu(i);
      default -> jump(i, at);
    };
  }

  private static String alu(Instruction i) {
    if (i.opcode() == Instruction.END_BE) {
      return "r" + i.dst() + " = be" + i.immediate() + " r" + i.dst();
    }
    String kind = (i.opcode() & 7) == Instruction.ALU ? "w" : "r";
    return kind + i.dst() + " " + ALU.get(i.opcode() & 0xf0) + " " + source(i, kind);
  }

  private static String jump(Instruction i, int at) {
    int target = at + 1 + i.offset();
    if ((i.opcode() & 0xf0) == Instruction.JA) {
      return "goto " + target;
    }
    String kind = (i.opcode() & 7) == Instruction.JMP32 ? "w" : "r";
    String operator = JUMP.get(i.opcode() & 0xf0);
    return "if " + kind + i.dst() + " " + operator + " " + source(i, kind) + " goto " + target;
  }

  private static String source(Instruction i, String kind) {
    if ((i.opcode() & Instruction.REGISTER) != 0) {
      return kind + i.src();
    }
    int value = i.immediate();
    return value >= -256 && value < 256
        ? Integer.toString(value)
        : "0x" + Integer.toHexString(value);
  }

  private static String width(Instruction i) {
    return switch (i.opcode() & 0x18) {
      case 0x00 -> "u32";
      case 0x08 -> "u16";
      case 0x10 -> "u8";
      default -> "u64";
    };
  }

  private static String displacement(Instruction i) {
    return i.offset() < 0 ? " - " + -i.offset() : " + " + i.offset();
  }
}
