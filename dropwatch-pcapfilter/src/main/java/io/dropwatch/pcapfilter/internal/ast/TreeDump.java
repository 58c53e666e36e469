package io.dropwatch.pcapfilter.internal.ast;

import java.util.Locale;

/** Prints the nesting of a tree, one node per line; equal trees have equal texts. */
public final class TreeDump {
  private final StringBuilder out = new StringBuilder();

  private TreeDump() {}

  /** Returns the tree, children indented by two spaces. */
  public static String print(Expression tree) {
    TreeDump dump = new TreeDump();
    dump.expression(tree, 0);
    return dump.out.toString();
  }

  private void expression(Expression e, int depth) {
    switch (e) {
      case Expression.Chain chain -> {
        line(depth, "chain");
        expression(chain.operands().getFirst(), depth + 1);
        for (int i = 1; i < chain.operands().size(); i++) {
          line(depth + 1, chain.connectives().get(i - 1).name().toLowerCase(Locale.ROOT));
          expression(chain.operands().get(i), depth + 1);
        }
      }
      case Expression.Not not -> {
        line(depth, "not");
        expression(not.operand(), depth + 1);
      }
      case Expression.Group group -> {
        line(depth, "group");
        expression(group.inner(), depth + 1);
      }
      case Expression.Qualified qualified -> {
        line(depth, "qualified " + qualified.qualifiers().words());
        expression(qualified.values(), depth + 1);
      }
      case Expression.Value value -> line(depth, "value " + literal(value.literal()));
      case Expression.Relation relation -> {
        line(depth, "relation " + relation.comparison().symbol());
        arithmetic(relation.left(), depth + 1);
        arithmetic(relation.right(), depth + 1);
      }
      case Expression.Everything _ -> line(depth, "everything");
      case Expression.Primitive _ -> line(depth, "test " + Printer.print(e));
    }
  }

  private void arithmetic(Arithmetic a, int depth) {
    switch (a) {
      case Arithmetic.Numeral number ->
          line(depth, "number " + number.text() + " = " + Integer.toUnsignedString(number.value()));
      case Arithmetic.Length _ -> line(depth, "len");
      case Arithmetic.Access access -> {
        line(depth, "bytes " + access.protocol().word() + " size " + access.size());
        arithmetic(access.index(), depth + 1);
      }
      case Arithmetic.Binary binary -> {
        line(depth, binary.operator().symbol());
        arithmetic(binary.left(), depth + 1);
        arithmetic(binary.right(), depth + 1);
      }
      case Arithmetic.Negation negation -> {
        line(depth, "negate");
        arithmetic(negation.operand(), depth + 1);
      }
      case Arithmetic.Group group -> {
        line(depth, "group");
        arithmetic(group.inner(), depth + 1);
      }
    }
  }

  private static String literal(Literal literal) {
    return switch (literal) {
      case Literal.Numeral number -> "number " + number.text();
      case Literal.Name name -> "name " + name.text();
      case Literal.Ipv4 address ->
          "ipv4 "
              + address.text()
              + (address.mask() == null ? "" : " mask " + address.mask())
              + (address.prefix().isEmpty() ? "" : " prefix " + address.prefix().getAsInt());
      case Literal.Ipv6 address ->
          "ipv6 "
              + address.text()
              + (address.prefix().isEmpty() ? "" : " prefix " + address.prefix().getAsInt());
      case Literal.Mac mac -> "mac " + mac.text();
    };
  }

  private void line(int depth, String text) {
    out.repeat("  ", depth).append(text).append('\n');
  }
}
