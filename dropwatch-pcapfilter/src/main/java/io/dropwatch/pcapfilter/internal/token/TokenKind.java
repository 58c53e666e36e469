package io.dropwatch.pcapfilter.internal.token;

/** The kind of a token. */
public enum TokenKind {
  /** A keyword such as {@code tcp}, {@code host}, {@code vlan}. */
  KEYWORD,
  /** A word that is not a keyword, or any word after a backslash. */
  WORD,
  /** A number or a named constant such as {@code tcp-syn}; {@link Token#number} is its value. */
  NUMBER,
  /** Two to four dotted numbers. */
  DOTTED,
  /** An IPv6 address. */
  IPV6,
  /** A 48-bit MAC address. */
  MAC,
  /** An ARCnet address, {@code $} and one or two hexadecimal digits. */
  ARCNET,
  /** An operator or bracket. */
  SYMBOL,
  /** After the last token. */
  END
}
