package io.dropwatch.bpf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An index of the types in one BTF image: the offset of each type id.
 *
 * <p>A kernel has some 150,000 types, and a program asks for a few. So there is no object for each.
 * Building the index takes one pass over the type section; a lookup by name takes another and
 * compares bytes.
 *
 * <p>Split BTF, as modules have it, continues the type ids and string offsets of its base.
 *
 * <p>Source: Linux, Documentation/bpf/btf.rst and include/uapi/linux/btf.h.
 */
final class BtfTypes {
  static final int INT = 1;
  static final int PTR = 2;
  static final int ARRAY = 3;
  static final int STRUCT = 4;
  static final int UNION = 5;
  static final int ENUM = 6;
  static final int FWD = 7;
  static final int TYPEDEF = 8;
  static final int VOLATILE = 9;
  static final int CONST = 10;
  static final int RESTRICT = 11;
  static final int FUNC = 12;
  static final int FUNC_PROTO = 13;
  static final int VAR = 14;
  static final int DATASEC = 15;
  static final int FLOAT = 16;
  static final int TYPE_TAG = 18;
  static final int ENUM64 = 19;

  private static final int MAGIC = 0xeB9F;
  private static final int HEADER_BYTES = 24;
  private static final int TYPE_BYTES = 12;

  private final ByteImage image;
  private final @Nullable BtfTypes base;
  private final int firstId;
  private final long firstString;
  private final long strings;
  private final long stringsEnd;
  private final int[] offsets;

  /**
   * @param base the base of split BTF, or null
   * @throws BpfException if the image is damaged, not BTF or big-endian
   */
  BtfTypes(ByteImage image, @Nullable BtfTypes base) {
    this.image = image;
    this.base = base;
    if (image.u16(0, "magic") != MAGIC) {
      throw image.damaged("it does not begin with the magic number of little-endian BTF");
    }
    long header = image.u32(4, "header length");
    if (header < HEADER_BYTES) {
      throw image.damaged("its header has " + header + " bytes");
    }
    long types = header + image.u32(8, "type offset");
    long typesSize = image.u32(12, "type length");
    strings = header + image.u32(16, "string offset");
    long stringsSize = image.u32(20, "string length");
    image.check(types, typesSize, "type section");
    image.check(strings, stringsSize, "string section");
    stringsEnd = strings + stringsSize;
    firstId = base == null ? 1 : base.endId();
    firstString = base == null ? 0 : base.stringsLimit();
    offsets = index((int) types, (int) (types + typesSize));
  }

  private int[] index(int start, int end) {
    int[] found = new int[Math.max(16, (end - start) / 24)];
    int count = 0;
    int at = start;
    while (at < end) {
      if (end - at < TYPE_BYTES) {
        throw image.damaged("its last type is truncated");
      }
      long size = TYPE_BYTES + (long) trailing(at);
      if (size > end - at) {
        throw image.damaged("type " + (firstId + count) + " exceeds its section");
      }
      if (count == found.length) {
        found = Arrays.copyOf(found, count + (count >> 1));
      }
      found[count++] = at;
      at += (int) size;
    }
    return Arrays.copyOf(found, count);
  }

  /** {@return the number of bytes after the common 12} */
  private int trailing(int at) {
    int info = image.s32(at + 4, "type");
    int vlen = info & 0xffff;
    int kind = (info >>> 24) & 0x1f;
    return switch (kind) {
      case INT, VAR, 17 -> 4; // 17 is DECL_TAG
      case PTR, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FLOAT, TYPE_TAG -> 0;
      case ARRAY -> 12;
      case STRUCT, UNION, DATASEC, ENUM64 -> vlen * 12;
      case ENUM, FUNC_PROTO -> vlen * 8;
      default -> throw image.damaged("a type at offset " + at + " is of unknown kind " + kind);
    };
  }

  /** {@return one more than the last id} */
  int endId() {
    return firstId + offsets.length;
  }

  private long stringsLimit() {
    return firstString + (stringsEnd - strings);
  }

  /** {@return the number of types in this image, without its base} */
  int count() {
    return offsets.length;
  }

  /**
   * {@return the id of the first type with a name and one of two kinds, in this image or else in
   * its base; 0 if there is none}
   */
  int find(String name, int kind, int otherKind) {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    if (wanted.length == 0) {
      return 0;
    }
    for (int i = 0; i < offsets.length; i++) {
      int at = offsets[i];
      int found = (image.s32(at + 4, "type") >>> 24) & 0x1f;
      if ((found == kind || found == otherKind) && isNamed(image.u32(at, "type"), wanted)) {
        return firstId + i;
      }
    }
    return base == null ? 0 : base.find(name, kind, otherKind);
  }

  private boolean isNamed(long nameOffset, byte[] wanted) {
    if (nameOffset < firstString) {
      return base != null && base.isNamed(nameOffset, wanted);
    }
    long start = strings + nameOffset - firstString;
    long end = start + wanted.length;
    byte[] bytes = image.array();
    return end < stringsEnd
        && bytes[(int) end] == 0
        && Arrays.equals(bytes, (int) start, (int) end, wanted, 0, wanted.length);
  }

  /** {@return the kind of a type, {@code BTF_KIND_*}; 0 for void, id 0} */
  int kind(int id) {
    return id == 0 ? 0 : (word(id, 4) >>> 24) & 0x1f;
  }

  /** {@return the number of members, values or parameters} */
  int vlen(int id) {
    return word(id, 4) & 0xffff;
  }

  /**
   * {@return the kind_flag: a union for FWD, bit-fields for a struct, signed values for an enum}
   */
  boolean kindFlag(int id) {
    return word(id, 4) < 0;
  }

  /** {@return the size in bytes or the id of the referenced type, depending on the kind} */
  int sizeOrType(int id) {
    return word(id, 8);
  }

  /** {@return the offset of the name in the strings} */
  int nameOffset(int id) {
    return word(id, 0);
  }

  /** {@return whether a string begins at an offset, without a look at its end} */
  boolean hasString(long offset) {
    return offset < stringsLimit();
  }

  /** {@return the name, empty if there is none} */
  String name(int id) {
    return string(word(id, 0) & 0xffff_ffffL);
  }

  /** {@return a 32-bit word after the common 12 bytes} */
  int extra(int id, int index) {
    return word(id, TYPE_BYTES + 4 * index);
  }

  /** {@return the string at an offset} */
  String string(long offset) {
    if (offset < firstString) {
      if (base == null) {
        throw image.damaged("string offset " + offset + " is in a base, and there is none");
      }
      return base.string(offset);
    }
    return image.string(strings + offset - firstString, stringsEnd, "name");
  }

  private int word(int id, int offset) {
    if (id < firstId && id > 0 && base != null) {
      return base.word(id, offset);
    }
    int index = id - firstId;
    if (index < 0 || index >= offsets.length) {
      throw image.damaged("there is no type " + Integer.toUnsignedString(id));
    }
    return image.s32(offsets[index] + (long) offset, "type");
  }
}
