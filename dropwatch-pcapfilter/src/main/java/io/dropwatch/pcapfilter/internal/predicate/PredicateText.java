package io.dropwatch.pcapfilter.internal.predicate;

/** The text form of predicates and numbers. */
public final class PredicateText {
  private final StringBuilder out = new StringBuilder();

  private PredicateText() {}

  /** Returns one comparison per line; operands of a chain are indented below it. */
  public static String print(Predicate predicate) {
    PredicateText text = new PredicateText();
    text.predicate(predicate, 0);
    return text.out.toString();
  }

  /** Returns a number as a formula; {@code [14:2]} are two bytes at offset 14. */
  public static String print(Operand number) {
    return switch (number) {
      case Operand.Constant(int value) -> constant(value);
      case Operand.WireLength _ -> "wire_length";
      case Operand.Load load -> {
        String area = load.area() == Operand.Area.MAC ? "mac" : "";
        String offset = Integer.toUnsignedString(load.offset());
        String index = load.index() == null ? offset : print(load.index()) + " + " + offset;
        yield area + "[" + index + ":" + load.size() + "]";
      }
      case Operand.Metadata(MetadataField field) -> "skb." + field.word();
      case Operand.Variable(int id, _) -> "v" + id;
      case Operand.Binary binary ->
          "("
              + print(binary.left())
              + " "
              + binary.operator().symbol()
              + " "
              + print(binary.right())
              + ")";
    };
  }

  /** Returns the text of a comparison. */
  public static String print(Predicate.Compare compare) {
    return print(compare.left()) + " " + compare.relation().symbol() + " " + print(compare.right());
  }

  /** Returns an IPv4 address with dots. */
  public static String ipv4(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 0xff)
        + "."
        + (address >>> 8 & 0xff)
        + "."
        + (address & 0xff);
  }

  private static String constant(int value) {
    return Integer.compareUnsigned(value, 256) < 0
        ? Integer.toString(value)
        : "0x" + Integer.toHexString(value);
  }

  private void predicate(Predicate predicate, int depth) {
    switch (predicate) {
      case Predicate.Always(boolean outcome) -> line(depth, Boolean.toString(outcome));
      case Predicate.Compare compare -> line(depth, print(compare));
      case Predicate.Not not -> {
        line(depth, "not");
        predicate(not.operand(), depth + 1);
      }
      case Predicate.Chain chain -> chain(chain, depth);
      case Predicate.Define define ->
          line(depth, print(define.variable()) + " := " + print(define.number()));
      case Predicate.Primitive primitive -> {
        line(depth, "'" + primitive.text() + "'");
        predicate(primitive.meaning(), depth + 1);
      }
    }
  }

  private void chain(Predicate.Chain chain, int depth) {
    boolean uniform = chain.conjunctions().stream().distinct().count() == 1;
    if (uniform) {
      line(depth, chain.conjunctions().getFirst() ? "all" : "any");
    } else {
      line(depth, "from left to right");
    }
    for (int i = 0; i < chain.operands().size(); i++) {
      if (!uniform && i > 0) {
        line(depth + 1, chain.conjunctions().get(i - 1) ? "and" : "or");
      }
      predicate(chain.operands().get(i), depth + 1);
    }
  }

  private void line(int depth, String text) {
    out.repeat("  ", depth).append(text).append('\n');
  }
}
