package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.names.Services;
import io.dropwatch.pcapfilter.internal.token.Keywords;
import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.token.TokenKind;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Fixes for words and symbols from other filter languages. */
final class Suggestions {
  private static final Map<String, String> WORDS =
      table(
          """
          ipv4      write 'ip'
          from      write 'src'
          to        write 'dst'
          mac       write 'ether host' and the address
          dns       write 'port 53'
          flags     write 'tcp[tcpflags] & tcp-syn != 0'
          fragment  for later fragments write 'ip[6:2] & 0x1fff != 0'
          frag      for later fragments write 'ip[6:2] & 0x1fff != 0'
          who-has   write 'arp[6:2] = 1'
          is-at     write 'arp[6:2] = 2'
          """);

  /** Wireshark's display filters. */
  private static final Map<String, String> FIELDS =
      table(
          """
          tcp.port     tcp port 80
          tcp.srcport  tcp src port 80
          tcp.dstport  tcp dst port 80
          tcp.flags    tcp[tcpflags] & tcp-syn != 0
          udp.port     udp port 53
          udp.srcport  udp src port 53
          udp.dstport  udp dst port 53
          ip.addr      host 10.0.0.1
          ip.src       src host 10.0.0.1
          ip.dst       dst host 10.0.0.1
          ip.proto     ip proto 6
          ipv6.addr    host 2001:db8::1
          ipv6.src     src host 2001:db8::1
          ipv6.dst     dst host 2001:db8::1
          eth.addr     ether host 00:1b:21:3c:4d:5e
          eth.src      ether src 00:1b:21:3c:4d:5e
          eth.dst      ether dst 00:1b:21:3c:4d:5e
          vlan.id      vlan 5
          frame.len    len > 100
          """);

  private Suggestions() {}

  /** Parses lines of a word and its fix. */
  private static Map<String, String> table(String lines) {
    return lines
        .lines()
        .map(line -> line.split(" +", 2))
        .collect(Collectors.toUnmodifiableMap(halves -> halves[0], halves -> halves[1]));
  }

  /**
   * Returns the likely fix for an unknown word.
   *
   * @return null if there is none
   */
  static @Nullable String word(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    if (!lower.equals(word) && Keywords.spellings().contains(lower)) {
      return "keywords are lower case: '" + lower + "'";
    }
    String field = FIELDS.get(lower);
    if (field != null) {
      return "this is a Wireshark display filter; here, for example, write '" + field + "'";
    }
    if (lower.matches("syn|ack|fin|rst|psh|push|urg")) {
      String flag = lower.equals("psh") ? "push" : lower;
      return "the flag is 'tcp-" + flag + "', as in 'tcp[tcpflags] & tcp-" + flag + " != 0'";
    }
    String habit = WORDS.get(lower);
    if (habit != null) {
      return habit;
    }
    return Services.find(word) == null ? null : "write 'port " + word + "'";
  }

  /** Returns the likely fix for a symbol or a value after {@code before}; null if there is none. */
  static @Nullable String sign(@Nullable Token before, Token token) {
    boolean value = before != null && isValue(before);
    if (before != null && token.kind() == TokenKind.MAC && before.isKeyword("link")) {
      return "write 'ether host " + token.text() + "'";
    }
    if (before != null && value && isValue(token)) {
      return "write 'or' between two values: '" + before.text() + " or " + token.text() + "'";
    }
    if (token.kind() != TokenKind.SYMBOL) {
      return null;
    }
    return switch (token.text()) {
      case "=" ->
          "a value follows its keyword without an operator: 'port 80', 'host 10.0.0.1', 'vlan 5'";
      case ">", ">=" -> "ranges are written 'portrange 1024-65535'; lengths 'greater 100'";
      case "<", "<=" -> "ranges are written 'portrange 0-1023'; lengths 'less 100'";
      case ":" ->
          value
              ? "an address and a port are two conditions, 'host 10.0.0.1 and port 443'; a range is"
                  + " written with a dash, 'portrange 80-90'"
              : null;
      case ")" -> "remove it: no parenthesis is open";
      case "/" -> "a prefix needs an address with dots: 'net 10.0.0.0/8'";
      default -> null;
    };
  }

  private static boolean isValue(Token token) {
    return switch (token.kind()) {
      case NUMBER, DOTTED, IPV6, MAC -> true;
      case KEYWORD, WORD, ARCNET, SYMBOL, END -> false;
    };
  }
}
