package io.dropwatch.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A relocatable eBPF object file, ELF64 little-endian, as {@code clang -target bpf} writes it.
 *
 * <p>Finds functions and read-only variables, and replaces nops and constants in code. Pure Java:
 * it needs neither libbpf nor Linux. Immutable and safe for any thread.
 *
 * <p>Sources: elf(5); Linux, Documentation/bpf/standardization/instruction-set.rst,
 * Documentation/bpf/llvm_reloc.rst.
 */
public final class ElfImage {
  static final int HEADER_BYTES = 64;
  static final int SECTION_BYTES = 64;
  static final int SYMBOL_BYTES = 24;
  static final int RELOCATION_BYTES = 16;
  static final int INSTRUCTION_BYTES = 8;

  /** {@code goto +0} as a little-endian number. */
  private static final long NOP = 0x05;

  /** Opcode of the only instruction of 16 bytes: {@code BPF_LD | BPF_IMM | BPF_DW}. */
  static final int LOAD_64_BITS = 0x18;

  /** Opcode {@code BPF_ALU64 | BPF_MOV | BPF_K}. */
  private static final int MOVE = 0xb7;

  private static final int SHF_EXECINSTR = 4;

  private static final int ET_REL = 1;
  private static final int EM_BPF = 247;
  static final int SHT_PROGBITS = 1;
  static final int SHT_SYMTAB = 2;
  static final int SHT_REL = 9;
  private static final int STT_OBJECT = 1;
  static final int STT_FUNC = 2;

  private final String name;
  private final ByteImage image;
  private final List<Section> sections;
  private final int symbolTable;

  private ElfImage(String name, ByteImage image) {
    this.name = name;
    this.image = image;
    checkHeader();
    this.sections = readSections();
    this.symbolTable = findSymbolTable();
  }

  /**
   * A section header with the position of the contents in the file.
   *
   * @param at offset of the header in the file
   */
  record Section(
      String name, int type, boolean code, int offset, int size, int link, int info, int at) {}

  /**
   * A function or variable.
   *
   * @param section the name of its section
   * @param value offset in the section, in bytes
   * @param offset offset in the file, in bytes
   * @param size in bytes
   */
  record Symbol(String name, int sectionIndex, String section, int value, int offset, int size) {}

  /**
   * {@return an object read from memory}
   *
   * @param elf the contents of the file, copied
   * @throws BpfException with the code BAD_OBJECT if this is not an eBPF object, or it is damaged
   */
  public static ElfImage of(byte[] elf) {
    return of("the eBPF object", elf);
  }

  /** As {@link #of(byte[])}, with a name for messages. */
  static ElfImage of(String name, byte[] elf) {
    return new ElfImage(name, new ByteImage(BpfException.Code.BAD_OBJECT, name, elf.clone()));
  }

  List<Section> sections() {
    return sections;
  }

  int symbolTable() {
    return symbolTable;
  }

  ByteImage image() {
    return image;
  }

  /** {@return a copy of the contents of the file} */
  public byte[] bytes() {
    return image.array().clone();
  }

  /** {@return whether the object has a function of this name} */
  public boolean hasFunction(String function) {
    return find(function, STT_FUNC) != null;
  }

  /**
   * {@return the length of the longest run of nops ({@code goto +0}) in a function, in instructions
   * of 8 bytes}
   *
   * @throws BpfException with the code BAD_OBJECT if there is no such function
   */
  public int nopRunLength(String function) {
    return longestNopRun(function(function)).size() / INSTRUCTION_BYTES;
  }

  /**
   * Replaces the end of the longest run of nops in a function. The nops before the code fall
   * through into it, and the code must fall through at its end.
   *
   * @param code eBPF instructions of 8 bytes, at most {@link #nopRunLength}
   * @return a new image
   * @throws IllegalArgumentException if the code is not whole instructions, or is too long
   * @throws BpfException with the code BAD_OBJECT if there is no such function
   */
  public ElfImage withCode(String function, byte[] code) {
    Symbol symbol = function(function);
    return withEnd(symbol, longestNopRun(symbol), code);
  }

  /**
   * Replaces the end of a function, up to its last instruction. Nops before the code fall through
   * into it.
   *
   * @param code eBPF instructions of 8 bytes, at most as many as the function has
   * @return a new image
   * @throws IllegalArgumentException if the code is not whole instructions, or is too long
   * @throws BpfException with the code BAD_OBJECT if there is no such function, or libbpf relocates
   *     an instruction that would be replaced
   */
  public ElfImage withFunctionTail(String function, byte[] code) {
    Symbol symbol = function(function);
    return withEnd(symbol, new Run(0, symbol.size()), code);
  }

  private ElfImage withEnd(Symbol symbol, Run run, byte[] code) {
    if (code.length % INSTRUCTION_BYTES != 0 || code.length > run.size()) {
      throw new IllegalArgumentException(
          "code for function %s of %s must have a multiple of 8 bytes and at most %d, has %d"
              .formatted(symbol.name(), name, run.size(), code.length));
    }
    int start = run.start() + run.size() - code.length;
    checkNotRelocated(symbol, start, code.length);
    byte[] changed = bytes();
    System.arraycopy(code, 0, changed, symbol.offset() + start, code.length);
    return new ElfImage(name, new ByteImage(BpfException.Code.BAD_OBJECT, name, changed));
  }

  /**
   * Replaces instructions by nops, in all code.
   *
   * @param unwanted selects the instructions; gets each as a little-endian number, with the opcode
   *     in the lowest byte
   * @return a new image
   */
  public ElfImage withNops(LongPredicate unwanted) {
    return withEach(instruction -> unwanted.test(instruction) ? NOP : instruction);
  }

  /**
   * Sets boolean constants in all code: each move of the immediate {@code first + n} into a
   * register becomes a move of 1 if flag n is set, and of 0 otherwise. The verifier treats it as a
   * constant, and unlike read-only data it costs no load.
   *
   * @param first the immediate that stands for flag 0; the object must use no other immediates of
   *     the range
   * @param flags the values
   * @param count the number of flags, at least 0
   * @return a new image
   */
  public ElfImage withFlags(int first, BitSet flags, int count) {
    return withEach(
        instruction -> {
          int flag = (int) (instruction >>> 32) - first;
          if (opcode(instruction) != MOVE || flag < 0 || flag >= count) {
            return instruction;
          }
          return (instruction & 0xffff_ffffL) | (flags.get(flag) ? 1L << 32 : 0);
        });
  }

  /** Changes the instructions one by one, each as a little-endian number. */
  private ElfImage withEach(LongUnaryOperator change) {
    byte[] changed = bytes();
    ByteBuffer code = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    for (Section section : sections) {
      if (!section.code()) {
        continue;
      }
      int end = section.offset() + section.size() - INSTRUCTION_BYTES;
      for (int at = section.offset(); at <= end; at += INSTRUCTION_BYTES) {
        long instruction = code.getLong(at);
        if (opcode(instruction) == LOAD_64_BITS) {
          at += INSTRUCTION_BYTES; // the second half is data
        } else {
          code.putLong(at, change.applyAsLong(instruction));
        }
      }
    }
    return new ElfImage(name, new ByteImage(BpfException.Code.BAD_OBJECT, name, changed));
  }

  private static int opcode(long instruction) {
    return (int) instruction & 0xff;
  }

  /** In bytes from the start of a function. */
  private record Run(int start, int size) {}

  private Run longestNopRun(Symbol symbol) {
    Run longest = new Run(0, 0);
    int start = 0;
    for (int at = 0; at + INSTRUCTION_BYTES <= symbol.size(); at += INSTRUCTION_BYTES) {
      if (image.s64(symbol.offset() + at, "instruction") != NOP) {
        start = at + INSTRUCTION_BYTES;
      } else if (at + INSTRUCTION_BYTES - start > longest.size()) {
        longest = new Run(start, at + INSTRUCTION_BYTES - start);
      }
    }
    return longest;
  }

  /** {@return the variable of this name in a read-only data section, or null} */
  @Nullable Symbol readOnlyVariable(String variable) {
    Symbol symbol = find(variable, STT_OBJECT);
    return symbol != null && symbol.section().startsWith(".rodata") ? symbol : null;
  }

  private Symbol function(String function) {
    Symbol symbol = find(function, STT_FUNC);
    if (symbol == null) {
      throw new BpfException(
          BpfException.Code.BAD_OBJECT, name + " has no function " + function, null);
    }
    return symbol;
  }

  private void checkNotRelocated(Symbol symbol, int start, int length) {
    for (Section section : sections) {
      if (section.type() != SHT_REL || section.info() != symbol.sectionIndex()) {
        continue;
      }
      for (int at = 0; at + RELOCATION_BYTES <= section.size(); at += RELOCATION_BYTES) {
        long target = image.s64(section.offset() + at, "relocation") - symbol.value();
        if (target >= start && target < start + length) {
          throw new BpfException(
              BpfException.Code.BAD_OBJECT,
              "cannot replace byte %d of function %s of %s: libbpf relocates it"
                  .formatted(target, symbol.name(), name),
              null);
        }
      }
    }
  }

  private @Nullable Symbol find(String wanted, int type) {
    Section table = sections.get(symbolTable);
    Section strings = sections.get(table.link());
    for (int at = 0; at + SYMBOL_BYTES <= table.size(); at += SYMBOL_BYTES) {
      int symbol = table.offset() + at;
      if ((image.u8(symbol + 4, "symbol") & 0xf) == type) {
        String found = string(strings, image.u32(symbol, "symbol"), "symbol name");
        if (found.equals(wanted)) {
          return symbol(found, symbol);
        }
      }
    }
    return null;
  }

  private Symbol symbol(String found, int at) {
    int index = image.u16(at + 6, "symbol");
    long value = image.s64(at + 8, "symbol");
    long size = image.s64(at + 16, "symbol");
    if (index == 0 || index >= sections.size()) {
      throw image.damaged("symbol " + found + " is in section " + index);
    }
    Section section = sections.get(index);
    if (section.type() != SHT_PROGBITS) {
      throw image.damaged("symbol " + found + " is in section " + section.name() + ", not in data");
    }
    if (value < 0 || size < 0 || size > section.size() || value > section.size() - size) {
      throw image.damaged("symbol " + found + " lies beyond its section " + section.name());
    }
    return new Symbol(
        found, index, section.name(), (int) value, (int) (section.offset() + value), (int) size);
  }

  private void checkHeader() {
    if (image.length() < HEADER_BYTES) {
      throw image.damaged("it has " + image.length() + " bytes, and an ELF header alone has 64");
    }
    if (image.s32(0, "magic") != 0x464c457f) {
      throw image.damaged("it does not begin with \\x7fELF");
    }
    if (image.u8(4, "class") != 2 || image.u8(5, "byte order") != 1) {
      throw image.damaged("it is not a 64-bit little-endian ELF file");
    }
    if (image.u16(16, "type") != ET_REL || image.u16(18, "machine") != EM_BPF) {
      throw image.damaged(
          "it is an ELF file of type "
              + image.u16(16, "type")
              + " for machine "
              + image.u16(18, "machine")
              + ", not a relocatable one (1) for eBPF (247)");
    }
  }

  private List<Section> readSections() {
    long table = image.s64(40, "section header offset");
    int entry = image.u16(58, "section header size");
    int count = image.u16(60, "section count");
    int names = image.u16(62, "index of section names");
    if (entry != SECTION_BYTES || names >= count) {
      throw image.damaged("its section headers are " + count + " of " + entry + " bytes");
    }
    image.check(table, (long) count * SECTION_BYTES, "section headers");
    Section strings = readSection(table + (long) names * SECTION_BYTES, null);
    List<Section> read = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      read.add(readSection(table + (long) i * SECTION_BYTES, strings));
    }
    return List.copyOf(read);
  }

  private Section readSection(long at, @Nullable Section names) {
    int type = image.s32(at + 4, "section type");
    // SHT_NOBITS (8) and SHT_NULL (0) have no bytes in the file.
    boolean empty = type == 0 || type == 8;
    long offset = empty ? 0 : image.s64(at + 24, "section offset");
    long size = empty ? 0 : image.s64(at + 32, "section size");
    image.check(offset, size, "section");
    return new Section(
        names == null ? "" : string(names, image.u32(at, "section name"), "section name"),
        type,
        (image.s32(at + 8, "section flags") & SHF_EXECINSTR) != 0,
        (int) offset,
        (int) size,
        image.s32(at + 40, "section link"),
        image.s32(at + 44, "section info"),
        (int) at);
  }

  private int findSymbolTable() {
    for (int i = 0; i < sections.size(); i++) {
      if (sections.get(i).type() == SHT_SYMTAB) {
        int link = sections.get(i).link();
        if (link < 0 || link >= sections.size()) {
          throw image.damaged("its symbol table names string table " + link);
        }
        return i;
      }
    }
    throw image.damaged("it has no symbol table");
  }

  private String string(Section table, long index, String what) {
    return image.string(table.offset() + index, table.offset() + (long) table.size(), what);
  }
}
