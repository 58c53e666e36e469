package io.dropwatch.pcapfilter.internal.token;

import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Splits an expression into tokens. */
public final class Lexer {
  private static final Map<String, String> SYNONYMS =
      Map.of("&&", "and", "||", "or", "!", "not", "==", "=");
  private static final List<String> LONG_SYMBOLS =
      List.of(">=", "<=", "!=", "==", "<<", ">>", "&&", "||");
  private static final String SYMBOLS = "+-*/%:[]!<>()&|^=";

  private final String text;
  private final List<Token> tokens = new ArrayList<>();

  private Lexer(String text) {
    this.text = text;
  }

  /**
   * Returns the tokens of {@code text}, the last of kind END.
   *
   * @throws SyntaxFault at a character that cannot start a token, and at a literal out of range
   */
  public static List<Token> tokens(String text) {
    return new Lexer(text).run();
  }

  private List<Token> run() {
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        at++;
      } else {
        at = token(at);
      }
    }
    Span end = new Span(text.length(), text.length());
    tokens.add(new Token(TokenKind.END, "", 0, end));
    return tokens;
  }

  private int token(int at) {
    char c = text.charAt(at);
    if (c == '\\') {
      return escaped(at);
    }
    if (c == '$') {
      return arcnet(at);
    }
    int literal = literal(at);
    return literal > at ? literal : symbol(at);
  }

  private int literal(int at) {
    int word = LiteralScanner.word(text, at);
    int mac = LiteralScanner.mac(text, at);
    int number = LiteralScanner.number(text, at);
    int dotted = LiteralScanner.dotted(text, at);
    int ipv6 = LiteralScanner.ipv6(text, at);
    int broken = LiteralScanner.brokenMac(text, at);
    int longest =
        Math.max(Math.max(Math.max(word, mac), Math.max(number, dotted)), Math.max(ipv6, broken));
    if (longest == 0) {
      return at;
    }
    String literal = text.substring(at, at + longest);
    Span span = new Span(at, at + longest);
    String keyword = longest == word ? Keywords.canonical(literal) : null;
    if (keyword != null) {
      add(SYNONYMS.containsValue(keyword) ? TokenKind.SYMBOL : TokenKind.KEYWORD, keyword, span);
    } else if (longest == mac) {
      add(TokenKind.MAC, literal, span);
    } else if (longest == number) {
      tokens.add(new Token(TokenKind.NUMBER, literal, number(literal, span), span));
    } else if (longest == dotted) {
      add(TokenKind.DOTTED, literal, span);
    } else if (longest == ipv6) {
      add(TokenKind.IPV6, literal, span);
    } else if (longest == broken) {
      throw SyntaxFault.at(span, "'" + shown(literal) + "' is neither a MAC nor an IPv6 address")
          .expecting("six bytes such as 00:1b:21:3c:4d:5e, or an address such as 2001:db8::1");
    } else {
      Integer constant = NamedConstants.value(literal);
      if (constant != null) {
        tokens.add(new Token(TokenKind.NUMBER, literal, constant, span));
      } else {
        add(TokenKind.WORD, literal, span);
      }
    }
    return at + longest;
  }

  // Decimal, 0 and octal, or 0x and hexadecimal; 32 bits.
  private static int number(String literal, Span span) {
    int radix = 10;
    int from = 0;
    if (literal.startsWith("0x") || literal.startsWith("0X")) {
      radix = 16;
      from = 2;
    } else if (literal.startsWith("0")) {
      radix = 8;
    }
    long value = 0;
    for (int i = from; i < literal.length(); i++) {
      int digit = Character.digit(literal.charAt(i), radix);
      if (digit < 0) {
        throw SyntaxFault.at(span, "a number that starts with 0 is octal and has no digit 8 or 9")
            .fix("write it without the leading 0");
      }
      value = value * radix + digit;
      if (value > 0xffff_ffffL) {
        throw SyntaxFault.at(span, "the number does not fit into 32 bits")
            .expecting("0 to 4294967295");
      }
    }
    return (int) value;
  }

  private int escaped(int at) {
    int end = at + 1;
    while (end < text.length() && " !()\n\t".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    if (end == at + 1) {
      throw SyntaxFault.at(new Span(at, end), "nothing follows the backslash")
          .expecting("the name that it escapes, as in 'ip proto \\tcp'");
    }
    add(TokenKind.WORD, text.substring(at + 1, end), new Span(at, end));
    return end;
  }

  private int arcnet(int at) {
    int end = at + 1;
    while (end < text.length() && end < at + 3 && hex(text.charAt(end))) {
      end++;
    }
    if (end == at + 1) {
      return symbol(at);
    }
    add(TokenKind.ARCNET, text.substring(at, end), new Span(at, end));
    return end;
  }

  private static @Nullable String fix(char c) {
    return switch (c) {
      case ',' -> "join values with 'or': 'port 80 or 443'";
      case '"', '\'', '`' -> "remove the quotes: they are for the shell";
      case ';' -> "remove it: conditions are joined with 'and' or 'or'";
      default -> null;
    };
  }

  private int symbol(int at) {
    for (String symbol : LONG_SYMBOLS) {
      if (text.startsWith(symbol, at)) {
        Span span = new Span(at, at + 2);
        add(TokenKind.SYMBOL, SYNONYMS.getOrDefault(symbol, symbol), span);
        return at + 2;
      }
    }
    char c = text.charAt(at);
    if (SYMBOLS.indexOf(c) < 0) {
      int end = at + Character.charCount(text.codePointAt(at));
      SyntaxFault fault = SyntaxFault.at(new Span(at, end), "unexpected character " + describe(at));
      String fix = fix(c);
      throw fix == null ? fault : fault.fix(fix);
    }
    String symbol = String.valueOf(c);
    add(TokenKind.SYMBOL, SYNONYMS.getOrDefault(symbol, symbol), new Span(at, at + 1));
    return at + 1;
  }

  private String describe(int at) {
    int code = text.codePointAt(at);
    String number = String.format("U+%04X", code);
    boolean visible = code > 0x20 && code < 0x7f;
    return visible ? "'" + Character.toString(code) + "' (" + number + ")" : number;
  }

  private static String shown(String literal) {
    return literal.length() <= 60 ? literal : literal.substring(0, 60) + "...";
  }

  private static boolean hex(char c) {
    return c < 128 && Character.digit(c, 16) >= 0;
  }

  private void add(TokenKind kind, String canonical, Span span) {
    tokens.add(new Token(kind, canonical, 0, span));
  }
}
