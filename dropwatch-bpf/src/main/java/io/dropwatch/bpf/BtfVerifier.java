package io.dropwatch.bpf;

/**
 * Checks the types of an object file before libbpf follows them. Releases before 1.3 use ids and
 * string offsets without a check, and end the process if one is wrong.
 *
 * <p>The kernel's own BTF is not checked: the kernel has made it.
 *
 * <p>Source: Linux, kernel/bpf/btf.c; libbpf, src/btf.c and src/relo_core.c.
 */
final class BtfVerifier {
  /** The deepest nesting by value: members, elements, modifiers and typedefs. */
  private static final int MAX_DEPTH = 64;

  private final BtfTypes types;
  private final ByteImage image;
  private final byte[] depths;

  private BtfVerifier(BtfTypes types, ByteImage image) {
    this.types = types;
    this.image = image;
    this.depths = new byte[types.endId()];
  }

  /**
   * Checks all types.
   *
   * @param image for exceptions
   */
  static void verify(BtfTypes types, ByteImage image) {
    BtfVerifier verifier = new BtfVerifier(types, image);
    for (int id = 1; id < types.endId(); id++) {
      verifier.type(id);
    }
    for (int id = 1; id < types.endId(); id++) {
      var _ = verifier.depth(id, MAX_DEPTH);
    }
  }

  private void type(int id) {
    name(id, types.nameOffset(id));
    int vlen = types.vlen(id);
    switch (types.kind(id)) {
      case BtfTypes.INT -> integer(id);
      case BtfTypes.ENUM -> values(id, 2);
      case BtfTypes.ENUM64 -> values(id, 3);
      case BtfTypes.STRUCT, BtfTypes.UNION -> {
        for (int i = 0; i < vlen; i++) {
          member(id, i);
        }
      }
      case BtfTypes.ARRAY -> {
        reference(id, types.extra(id, 0));
        reference(id, types.extra(id, 1));
      }
      case BtfTypes.FUNC_PROTO -> {
        reference(id, types.sizeOrType(id));
        for (int i = 0; i < vlen; i++) {
          name(id, types.extra(id, 2 * i));
          reference(id, types.extra(id, 2 * i + 1));
        }
      }
      case BtfTypes.FUNC -> {
        reference(id, types.sizeOrType(id));
        require(types.kind(types.sizeOrType(id)) == BtfTypes.FUNC_PROTO && vlen <= 2, id);
      }
      case BtfTypes.VAR -> {
        reference(id, types.sizeOrType(id));
        require((types.extra(id, 0) & ~3) == 0 && types.extra(id, 0) != 3, id);
      }
      case BtfTypes.DATASEC -> {
        for (int i = 0; i < vlen; i++) {
          variable(id, i);
        }
      }
      case BtfTypes.FWD, BtfTypes.FLOAT -> {}
      default -> reference(id, types.sizeOrType(id)); // a pointer, modifier, typedef or tag
    }
  }

  private void integer(int id) {
    int size = types.sizeOrType(id);
    int bits = types.extra(id, 0) & 0xff;
    int offset = types.extra(id, 0) >>> 16 & 0xff;
    require(isPowerOfTwo(size, 16) && bits + offset <= 8 * size, id);
  }

  private void values(int id, int words) {
    require(isPowerOfTwo(types.sizeOrType(id), 8), id);
    for (int i = 0; i < types.vlen(id); i++) {
      name(id, types.extra(id, i * words));
    }
  }

  private static boolean isPowerOfTwo(int size, int max) {
    return Integer.bitCount(size) == 1 && size > 0 && size <= max;
  }

  private void member(int id, int index) {
    int type = types.extra(id, 3 * index + 1);
    int offset = types.extra(id, 3 * index + 2);
    name(id, types.extra(id, 3 * index));
    reference(id, type);
    boolean bits = types.kindFlag(id) && offset >>> 24 != 0;
    long end = types.kindFlag(id) ? (offset & 0xff_ffff) + (offset >>> 24) : offset & 0xffff_ffffL;
    require(type != 0 && end <= 8 * (types.sizeOrType(id) & 0xffff_ffffL), id);
    if (bits) {
      // libbpf divides by the size of the type.
      int kind = types.kind(plain(id, type));
      require(kind == BtfTypes.INT || kind == BtfTypes.ENUM || kind == BtfTypes.ENUM64, id);
    }
  }

  private int plain(int id, int type) {
    int at = type;
    for (int step = 0; step < MAX_DEPTH; step++) {
      reference(id, at);
      if (!isModifier(types.kind(at))) {
        return at;
      }
      at = types.sizeOrType(at);
    }
    throw damaged(id);
  }

  private static boolean isModifier(int kind) {
    return switch (kind) {
      case BtfTypes.TYPEDEF,
          BtfTypes.VOLATILE,
          BtfTypes.CONST,
          BtfTypes.RESTRICT,
          BtfTypes.TYPE_TAG ->
          true;
      default -> false;
    };
  }

  private void variable(int id, int index) {
    int type = types.extra(id, 3 * index);
    long end =
        (types.extra(id, 3 * index + 1) & 0xffff_ffffL)
            + (types.extra(id, 3 * index + 2) & 0xffff_ffffL);
    long size = types.sizeOrType(id) & 0xffff_ffffL;
    reference(id, type);
    int kind = types.kind(type);
    // The compiler leaves the size of the section to the loader.
    require((kind == BtfTypes.VAR || kind == BtfTypes.FUNC) && (size == 0 || end <= size), id);
  }

  /** {@return how deep a type nests by value, at most the allowed depth} */
  private int depth(int id, int allowed) {
    if (allowed == 0) {
      throw image.damaged("type " + id + " contains itself, or nests too deep");
    }
    if (depths[id] != 0) {
      if (depths[id] > allowed) {
        throw image.damaged("type " + id + " nests too deep");
      }
      return depths[id];
    }
    int deepest = 0;
    int kind = types.kind(id);
    if (kind == BtfTypes.STRUCT || kind == BtfTypes.UNION) {
      for (int i = 0; i < types.vlen(id); i++) {
        deepest = Math.max(deepest, depth(types.extra(id, 3 * i + 1), allowed - 1));
      }
    } else if (kind == BtfTypes.ARRAY && types.extra(id, 0) != 0) {
      deepest = depth(types.extra(id, 0), allowed - 1);
    } else if (isModifier(kind) && types.sizeOrType(id) != 0) {
      deepest = depth(types.sizeOrType(id), allowed - 1);
    }
    depths[id] = (byte) (deepest + 1);
    return deepest + 1;
  }

  private void name(int id, long offset) {
    if (!types.hasString(offset & 0xffff_ffffL)) {
      throw image.damaged("type %d has a name beyond the string section".formatted(id));
    }
  }

  private void reference(int id, int type) {
    if (type < 0 || type >= types.endId()) {
      throw image.damaged(
          "type %d refers to type %s, there are %d"
              .formatted(id, Integer.toUnsignedString(type), types.endId()));
    }
  }

  private void require(boolean valid, int id) {
    if (!valid) {
      throw damaged(id);
    }
  }

  private BpfException damaged(int id) {
    return image.damaged("type %d of kind %d is malformed".formatted(id, types.kind(id)));
  }
}
