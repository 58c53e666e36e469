package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Keywords;
import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.token.TokenKind;
import org.jspecify.annotations.Nullable;

/** Syntax errors about a token that is not allowed at its position. */
final class ParseErrors {
  static final String PRIMITIVE =
      "a condition such as 'tcp', 'host 10.0.0.1', 'dst port 443' or 'tcp[13] & 2 != 0'";

  private ParseErrors() {}

  static SyntaxFault token(Token token, String expected) {
    String reason =
        token.kind() == TokenKind.KEYWORD ? UnsupportedKeywords.reason(token.text()) : null;
    if (reason != null) {
      return refused(token, reason);
    }
    SyntaxFault fault = SyntaxFault.at(token.span(), describe(token)).expecting(expected);
    if (token.kind() == TokenKind.END && expected.endsWith("')'")) {
      return fault.fix("close the parenthesis");
    }
    if (token.kind() == TokenKind.WORD) {
      String habit = Suggestions.word(token.text());
      if (habit != null) {
        return fault.fix(habit);
      }
      String near = nearest(token.text());
      if (near != null) {
        return fault.fix("did you mean '" + near + "'?");
      }
      if (token.text().matches("len(gth)?-.*")) {
        return fault.fix("put spaces around the minus sign: inside a word it is part of the word");
      }
    }
    return fault;
  }

  /** A token after a complete expression. */
  static SyntaxFault after(@Nullable Token before, Token token) {
    SyntaxFault fault = token(token, "'and', 'or' or the end of the expression");
    String fix = Suggestions.sign(before, token);
    return fix == null ? fault : fault.fix(fix);
  }

  /** No value where one is required. */
  static SyntaxFault noValue(Token token, String expected) {
    SyntaxFault fault = token(token, expected);
    String fix = token.isSymbol(")") ? null : Suggestions.sign(null, token);
    return fix == null ? fault : fault.fix(fix);
  }

  /** A value where a condition is required. */
  static SyntaxFault bareValue(Token token) {
    String fix =
        switch (token.kind()) {
          case DOTTED, IPV6 -> "write 'host " + token.text() + "' or 'net " + token.text() + "'";
          case MAC -> "write 'ether host " + token.text() + "'";
          case NUMBER -> "write 'port " + token.text() + "', or compare the number with another";
          case KEYWORD, WORD, ARCNET, SYMBOL, END -> null;
        };
    SyntaxFault fault = token(token, PRIMITIVE);
    return fix == null ? fault : fault.fix(fix);
  }

  static SyntaxFault refused(Token token, String reason) {
    SyntaxFault fault =
        SyntaxFault.at(token.span(), "'" + token.text() + "' is not supported: it needs " + reason);
    return token.isKeyword("gateway")
        ? fault.fix(
            "write 'ether host' with the router's MAC address, and 'not host' with its IP address")
        : fault;
  }

  private static String describe(Token token) {
    return switch (token.kind()) {
      case END -> "the expression ends here";
      case KEYWORD, SYMBOL -> "'" + token.text() + "' is not allowed here";
      case WORD -> "unknown word '" + shorten(token.text()) + "'";
      case NUMBER, DOTTED, IPV6, MAC, ARCNET ->
          "the value '" + shorten(token.text()) + "' is not allowed here";
    };
  }

  private static String shorten(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 40); i++) {
      char c = text.charAt(i);
      out.append(c > 0x20 && c < 0x7f ? c : '?');
    }
    return text.length() > 40 ? out + "..." : out.toString();
  }

  private static @Nullable String nearest(String word) {
    if (word.length() > 16) {
      return null;
    }
    String best = null;
    int least = word.length() < 5 ? 2 : 3;
    for (String candidate : Keywords.spellings()) {
      int distance = distance(word, candidate);
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  // Edit distance; swapping two neighbours is one step.
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        boolean swap =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swap) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
