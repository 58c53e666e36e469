package io.dropwatch.bpf;

import static io.dropwatch.bpf.ElfImage.INSTRUCTION_BYTES;
import static io.dropwatch.bpf.ElfImage.RELOCATION_BYTES;
import static io.dropwatch.bpf.ElfImage.SECTION_BYTES;
import static io.dropwatch.bpf.ElfImage.SYMBOL_BYTES;

import io.dropwatch.bpf.ElfImage.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks everything in an object file that libbpf follows: sections, symbols, relocations, types
 * and what refers to types. libbpf runs in this process, and some of its releases read and write
 * out of bounds where a damaged file leads them.
 *
 * <p>What this accepts, libbpf or the kernel may still refuse. Instructions are for the kernel's
 * verifier; only those that libbpf changes are looked at here.
 *
 * <p>Sources: elf(5); Linux, Documentation/bpf/btf.rst; libbpf, src/libbpf.c.
 */
final class ElfVerifier {
  private static final int SHT_NULL = 0;
  private static final int SHT_STRTAB = 3;
  private static final int SHT_NOBITS = 8;
  private static final int SHT_LLVM_ADDRSIG = 0x6fff4c03;
  private static final int SHN_LORESERVE = 0xff00;
  private static final int SHN_ABS = 0xfff1;
  private static final int SHN_COMMON = 0xfff2;
  private static final int CALL = 0x85;

  private static final int EXT_HEADER_BYTES = 32;
  private static final int CORE_KINDS = 13;

  /** Indices of members; libbpf has room for 64. */
  private static final Pattern ACCESS = Pattern.compile("\\d{1,9}(:\\d{1,9}){0,63}");

  private final ElfImage elf;
  private final ByteImage image;
  private final List<Section> sections;
  private final Map<String, Section> byName = new HashMap<>();

  /** By section, offsets of the end of the function at each instruction; 0 outside of functions. */
  private final Map<Integer, int[]> functions = new HashMap<>();

  private ElfVerifier(ElfImage elf) {
    this.elf = elf;
    this.image = elf.image();
    this.sections = elf.sections();
  }

  /**
   * Checks an object.
   *
   * @throws BpfException with the code BAD_OBJECT if it is damaged
   */
  static void verify(ElfImage elf) {
    new ElfVerifier(elf).verify();
  }

  private void verify() {
    sections.forEach(this::section);
    overlaps();
    strings(image.u16(62, "index of section names"));
    strings(sections.get(elf.symbolTable()).link());
    symbols();
    functions.forEach(this::instructions);
    sections.stream().filter(each -> each.type() == ElfImage.SHT_REL).forEach(this::relocations);
    BtfTypes types = types(byName.get(".BTF"));
    Section ext = byName.get(".BTF.ext");
    if (types != null && ext != null) {
      new Ext(types, ext).verify();
    }
  }

  private void section(Section section) {
    long align = image.s64(section.at() + 48L, "section alignment");
    long entry = image.s64(section.at() + 56L, "section entry size");
    long size = image.s64(section.at() + 32L, "section size");
    int unit =
        switch (section.type()) {
          case SHT_NULL, SHT_STRTAB, SHT_NOBITS, SHT_LLVM_ADDRSIG -> 1;
          case ElfImage.SHT_PROGBITS -> section.code() ? INSTRUCTION_BYTES : 1;
          case ElfImage.SHT_SYMTAB -> SYMBOL_BYTES;
          case ElfImage.SHT_REL -> RELOCATION_BYTES;
          default ->
              throw damaged(section, "is of type " + Integer.toUnsignedString(section.type()));
        };
    boolean table = unit == SYMBOL_BYTES || unit == RELOCATION_BYTES;
    if (size < 0 || size > Integer.MAX_VALUE || size % unit != 0 || (table && entry != unit)) {
      throw damaged(section, "has " + size + " bytes in entries of " + entry);
    }
    if (align < 0
        || Long.bitCount(align) > 1
        || (align > 1 && image.s64(section.at() + 24L, "section offset") % align != 0)
        || (unit > 1 && section.offset() % 8 != 0)) {
      throw damaged(section, "is not aligned");
    }
    if (section.name().startsWith(".struct_ops")) {
      throw damaged(section, "is not supported");
    }
    // libbpf keeps one section of each of these names.
    boolean once = section.name().startsWith(".BTF") || section.name().equals(".maps");
    if (byName.put(section.name(), section) != null && once) {
      throw damaged(section, "is there twice");
    }
  }

  private void overlaps() {
    List<long[]> ranges = new ArrayList<>();
    ranges.add(new long[] {0, ElfImage.HEADER_BYTES});
    long headers = image.s64(40, "section header offset");
    ranges.add(new long[] {headers, headers + (long) sections.size() * SECTION_BYTES});
    for (Section section : sections) {
      if (section.size() > 0) {
        ranges.add(new long[] {section.offset(), section.offset() + (long) section.size()});
      }
    }
    ranges.sort(Comparator.comparingLong(range -> range[0]));
    for (int i = 1; i < ranges.size(); i++) {
      if (ranges.get(i)[0] < ranges.get(i - 1)[1]) {
        throw image.damaged("its sections overlap at offset " + ranges.get(i)[0]);
      }
    }
  }

  private void strings(int index) {
    Section table = index < 0 || index >= sections.size() ? null : sections.get(index);
    if (table == null
        || table.type() != SHT_STRTAB
        || table.size() == 0
        || image.u8(table.offset() + table.size() - 1L, "string") != 0) {
      throw image.damaged("its section " + index + " is not a string table");
    }
  }

  private void symbols() {
    Section table = sections.get(elf.symbolTable());
    Section names = sections.get(table.link());
    if (sections.stream().filter(each -> each.type() == ElfImage.SHT_SYMTAB).count() > 1) {
      throw image.damaged("it has two symbol tables");
    }
    for (int i = 0; i < table.size() / SYMBOL_BYTES; i++) {
      long at = table.offset() + (long) i * SYMBOL_BYTES;
      int index = image.u16(at + 6, "symbol");
      boolean special = index == SHN_ABS || index == SHN_COMMON;
      if (image.u32(at, "symbol") >= names.size() || (!special && index >= sections.size())) {
        throw image.damaged("symbol " + i + " has no name or no section");
      }
      if (index != 0 && !special) {
        String name =
            image.string(
                names.offset() + image.u32(at, "symbol"), names.offset() + names.size(), "symbol");
        // Names of programs and maps are shown: compilers write no other characters.
        if (name.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
          throw image.damaged("the name of symbol " + i + " has characters that no name has");
        }
        symbol(i, index, at);
      }
    }
  }

  private static boolean isCode(Section section) {
    return section.code() && section.type() == ElfImage.SHT_PROGBITS;
  }

  private void symbol(int number, int index, long at) {
    Section section = sections.get(index);
    long room = image.s64(section.at() + 32L, "section size");
    long value = image.s64(at + 8, "symbol");
    long size = image.s64(at + 16, "symbol");
    boolean function = (image.u8(at + 4, "symbol") & 0xf) == ElfImage.STT_FUNC;
    if (value < 0
        || size < 0
        || value > room
        || size > room - value
        || (function && (size == 0 || value % 8 != 0 || size % 8 != 0 || !isCode(section)))) {
      throw image.damaged("symbol " + number + " exceeds its section " + section.name());
    }
    if (function) {
      int[] ends =
          functions.computeIfAbsent(index, _ -> new int[section.size() / INSTRUCTION_BYTES]);
      for (int i = (int) value / 8; i < (value + size) / 8; i++) {
        if (ends[i] != 0) {
          throw image.damaged("two functions of section " + section.name() + " overlap");
        }
        ends[i] = (int) (value + size);
      }
    }
  }

  /** libbpf changes both halves of an instruction of 16 bytes. */
  private void instructions(int index, int[] ends) {
    Section section = sections.get(index);
    byte[] code = image.array();
    int i = 0;
    while (i < ends.length) {
      int at = section.offset() + i * INSTRUCTION_BYTES;
      boolean wide = ends[i] != 0 && code[at] == ElfImage.LOAD_64_BITS;
      if (wide
          && ((i + 1) * INSTRUCTION_BYTES >= ends[i]
              || (image.s64(at + 8L, "instruction") & 0xffff_ffffL) != 0)) {
        throw damaged(section, "has half an instruction at offset " + i * INSTRUCTION_BYTES);
      }
      i += wide ? 2 : 1;
    }
  }

  private void relocations(Section section) {
    Section table = sections.get(elf.symbolTable());
    int target = section.info();
    if (section.link() != elf.symbolTable() || target <= 0 || target >= sections.size()) {
      throw damaged(section, "relocates section " + target);
    }
    Section changed = sections.get(target);
    if (!isCode(changed) && !changed.name().equals(".maps")) {
      return; // libbpf does not read these
    }
    for (int i = 0; i < section.size() / RELOCATION_BYTES; i++) {
      long at = section.offset() + (long) i * RELOCATION_BYTES;
      long offset = image.s64(at, "relocation");
      long symbol = image.u32(at + 12, "relocation");
      if (offset < 0
          || offset % 8 != 0
          || offset > changed.size() - 8
          || symbol >= table.size() / SYMBOL_BYTES
          || image.u16(table.offset() + symbol * SYMBOL_BYTES + 6, "symbol") >= SHN_LORESERVE) {
        throw damaged(section, "has a wrong relocation " + i);
      }
      if (isCode(changed)) {
        int opcode = image.u8(changed.offset() + offset, "instruction");
        if (opcode != ElfImage.LOAD_64_BITS && opcode != CALL) {
          throw damaged(section, "relocates an instruction of opcode " + opcode);
        }
      }
    }
  }

  private @Nullable BtfTypes types(@Nullable Section section) {
    if (section == null) {
      return null;
    }
    if (section.type() != ElfImage.SHT_PROGBITS) {
      throw damaged(section, "is of type " + section.type());
    }
    byte[] bytes =
        Arrays.copyOfRange(image.array(), section.offset(), section.offset() + section.size());
    ByteImage part = image.part(".BTF of ", bytes);
    BtfTypes types = new BtfTypes(part, null);
    long stringsEnd = 24 + part.u32(16, "string offset") + part.u32(20, "string length");
    if (part.u32(4, "header length") != 24
        || part.u32(8, "type offset") % 4 != 0
        || part.u32(8, "type offset") + part.u32(12, "type length") > part.u32(16, "string offset")
        || part.u32(20, "string length") == 0
        || part.u8(24 + part.u32(16, "string offset"), "string") != 0
        || part.u8(stringsEnd - 1, "string") != 0) {
      throw part.damaged("its header is malformed");
    }
    BtfVerifier.verify(types, part);
    return types;
  }

  private BpfException damaged(Section section, String what) {
    return image.damaged("its section " + section.name() + " " + what);
  }

  /** What refers to instructions and types: {@code .BTF.ext}. */
  private final class Ext {
    private final BtfTypes types;
    private final Section ext;

    Ext(BtfTypes types, Section ext) {
      this.types = types;
      this.ext = ext;
    }

    void verify() {
      if (ext.size() < EXT_HEADER_BYTES
          || ext.type() != ElfImage.SHT_PROGBITS
          || word(0) != 0x1eb9f
          || word(4) != EXT_HEADER_BYTES) {
        throw damaged(ext, "has a malformed header");
      }
      each(8, 8, this::function);
      each(16, 16, this::line);
      each(24, 16, this::access);
    }

    private long word(long offset) {
      return image.u32(ext.offset() + offset, ".BTF.ext");
    }

    private interface Entry {
      void at(long offset, Section code);
    }

    private void each(int header, int minSize, Entry record) {
      long at = EXT_HEADER_BYTES + word(header);
      long end = at + word(header + 4);
      if (at % 4 != 0 || end > ext.size()) {
        throw damaged(ext, "has a part beyond its end");
      }
      if (at == end) {
        return;
      }
      long size = at + 4 <= end ? word(at) : 0;
      if (size < minSize || size > 1024 || size % 4 != 0 || at + 4 == end) {
        throw damaged(ext, "has records of " + size + " bytes");
      }
      at += 4;
      while (at < end) {
        long count = at + 8 <= end ? word(at + 4) : 0;
        if (count == 0 || at + 8 + count * size > end) {
          throw damaged(ext, "has " + count + " records at offset " + at);
        }
        Section code = types.hasString(word(at)) ? byName.get(types.string(word(at))) : null;
        if (code == null || !isCode(code)) {
          throw damaged(ext, "names no section of code at offset " + at);
        }
        for (long next = at + 8; next < at + 8 + count * size; next += size) {
          if (word(next) % 8 != 0 || word(next) >= code.size()) {
            throw damaged(ext, "names no instruction at offset " + next);
          }
          record.at(next, code);
        }
        at += 8 + count * size;
      }
    }

    private void function(long at, Section code) {
      require(isType(at + 4) && types.kind((int) word(at + 4)) == BtfTypes.FUNC, at);
    }

    private void line(long at, Section code) {
      require(types.hasString(word(at + 4)) && types.hasString(word(at + 8)), at);
    }

    private void access(long at, Section code) {
      require(isType(at + 4) && types.hasString(word(at + 8)) && word(at + 12) < CORE_KINDS, at);
      require(ACCESS.matcher(types.string(word(at + 8))).matches(), at);
    }

    private boolean isType(long at) {
      return word(at) > 0 && word(at) < types.endId();
    }

    private void require(boolean valid, long at) {
      if (!valid) {
        throw damaged(ext, "has a wrong record at offset " + at);
      }
    }
  }
}
