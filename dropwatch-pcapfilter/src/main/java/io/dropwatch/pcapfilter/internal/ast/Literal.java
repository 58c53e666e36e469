package io.dropwatch.pcapfilter.internal.ast;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A value as written; what it means depends on the qualifiers. */
public sealed interface Literal {

  /** A number, unsigned 32 bits. */
  record Numeral(int value, String text) implements Literal {}

  /** A name, without the backslash that may have escaped it. */
  record Name(String text) implements Literal {}

  /**
   * Two to four dotted numbers.
   *
   * @param text the address
   * @param mask the address after {@code mask}, or null
   * @param prefix the number after the slash
   */
  record Ipv4(String text, @Nullable String mask, OptionalInt prefix) implements Literal {}

  /** An IPv6 address, and the number after the slash. */
  record Ipv6(String text, OptionalInt prefix) implements Literal {}

  /** A MAC address in any of its spellings. */
  record Mac(String text) implements Literal {}
}
