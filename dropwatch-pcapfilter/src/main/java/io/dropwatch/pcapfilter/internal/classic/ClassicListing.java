package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.ClassicBpf.Instruction;
import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import java.util.List;
import java.util.Locale;

/** The text forms of tcpdump: {@code -d}, {@code -dd}, {@code -ddd}. */
public final class ClassicListing {
  private static final String[] ALU = {
    "add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor"
  };
  private static final String[] JUMP = {"ja", "jeq", "jgt", "jge", "jset"};

  private ClassicListing() {}

  /** Returns lines such as {@code (000) ldh [12]}. */
  public static String text(List<Instruction> instructions) {
    StringBuilder out = new StringBuilder();
    for (int n = 0; n < instructions.size(); n++) {
      out.append(image(instructions.get(n), n)).append('\n');
    }
    return out.toString();
  }

  /** Returns lines such as {@code { 0x28, 0, 0, 0x0000000c },}. */
  public static String c(List<Instruction> instructions) {
    StringBuilder out = new StringBuilder();
    for (Instruction i : instructions) {
      out.append("{ 0x%x, %d, %d, 0x%08x },%n".formatted(i.code(), i.jt(), i.jf(), i.k()));
    }
    return out.toString().replace(System.lineSeparator(), "\n");
  }

  /** Returns the number of instructions, then lines such as {@code 40 0 0 12}. */
  public static String decimal(List<Instruction> instructions) {
    StringBuilder out = new StringBuilder().append(instructions.size()).append('\n');
    for (Instruction i : instructions) {
      out.append(i.code()).append(' ').append(i.jt()).append(' ').append(i.jf()).append(' ');
      out.append(Integer.toUnsignedString(i.k())).append('\n');
    }
    return out.toString();
  }

  private static String image(Instruction i, int n) {
    boolean conditional =
        (i.code() & Opcode.CLASS) == Opcode.JMP && (i.code() & Opcode.OPERATION) != Opcode.JA;
    String start = String.format(Locale.ROOT, "(%03d) %-8s ", n, mnemonic(i));
    return conditional
        ? String.format(
            Locale.ROOT,
            "%s%-16s jt %d\tjf %d",
            start,
            operand(i, n),
            n + 1 + i.jt(),
            n + 1 + i.jf())
        : start + operand(i, n);
  }

  private static String mnemonic(Instruction i) {
    return switch (i.code() & Opcode.CLASS) {
      case Opcode.LD -> "ld" + width(i);
      case Opcode.LDX -> "ldx" + width(i);
      case Opcode.ST -> "st";
      case Opcode.STX -> "stx";
      case Opcode.ALU -> ALU[(i.code() & Opcode.OPERATION) >> 4];
      case Opcode.JMP -> JUMP[(i.code() & Opcode.OPERATION) >> 4];
      case Opcode.RET -> "ret";
      default -> (i.code() & Opcode.TXA) != 0 ? "txa" : "tax";
    };
  }

  private static String width(Instruction i) {
    return switch (i.code() & Opcode.SIZE) {
      case Opcode.H -> "h";
      case Opcode.B -> "b";
      default -> "";
    };
  }

  private static String operand(Instruction i, int n) {
    String hex = "#0x" + Integer.toHexString(i.k());
    return switch (i.code() & Opcode.CLASS) {
      case Opcode.LD, Opcode.LDX ->
          switch (i.code() & Opcode.MODE) {
            case Opcode.IMM -> hex;
            case Opcode.ABS -> "[" + place(i.k()) + "]";
            case Opcode.IND -> "[x + " + i.k() + "]";
            case Opcode.MEM -> "M[" + i.k() + "]";
            case Opcode.LEN -> "#pktlen";
            default -> "4*([" + i.k() + "]&0xf)";
          };
      case Opcode.ST, Opcode.STX -> "M[" + i.k() + "]";
      case Opcode.ALU -> alu(i, hex);
      case Opcode.JMP ->
          (i.code() & Opcode.OPERATION) == Opcode.JA
              ? Integer.toString(n + 1 + i.k())
              : (i.code() & Opcode.X) != 0 ? "x" : hex;
      case Opcode.RET -> "#" + i.k();
      default -> "";
    };
  }

  private static String alu(Instruction i, String hex) {
    if ((i.code() & Opcode.X) != 0) {
      return "x";
    }
    return switch (i.code() & Opcode.OPERATION) {
      case Opcode.NEG -> "";
      case Opcode.AND, Opcode.OR, Opcode.XOR -> hex;
      default -> "#" + i.k();
    };
  }

  // As libpcap, which prints the names of ancillary loads that its own programs contain.
  private static String place(int offset) {
    return switch (offset - Ancillary.BASE) {
      case Ancillary.PROTOCOL -> "proto";
      case Ancillary.PACKET_TYPE -> "type";
      case Ancillary.INTERFACE_INDEX -> "ifidx";
      case Ancillary.VLAN_TAG -> "vlan_tci";
      case Ancillary.VLAN_TAG_PRESENT -> "vlanp";
      case Ancillary.VLAN_TPID -> "vlan_tpid";
      default -> Integer.toString(offset);
    };
  }
}
