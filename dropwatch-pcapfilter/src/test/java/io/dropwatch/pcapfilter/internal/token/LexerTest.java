package io.dropwatch.pcapfilter.internal.token;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where one token ends and what it is: the longest match, in the order of libpcap's scanner. */
class LexerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          tcp                  ; KEYWORD tcp
          link fddi wlan ether ; KEYWORD link  KEYWORD link  KEYWORD link  KEYWORD link
          es-is length on      ; KEYWORD esis  KEYWORD len  KEYWORD ifname
          and && or ||         ; SYMBOL and  SYMBOL and  SYMBOL or  SYMBOL or
          not ! != == =        ; SYMBOL not  SYMBOL not  SYMBOL !=  SYMBOL =  SYMBOL =
          tcpx                 ; WORD tcpx
          tcp-syn              ; NUMBER tcp-syn 2
          icmp6-echo           ; NUMBER icmp6-echo 128
          10 010 0x10          ; NUMBER 10 10  NUMBER 010 8  NUMBER 0x10 16
          4294967295           ; NUMBER 4294967295 4294967295
          10.1 10.1.2 10.1.2.3 ; DOTTED 10.1  DOTTED 10.1.2  DOTTED 10.1.2.3
          10.1.2.3.4           ; WORD 10.1.2.3.4
          10.0.0.0/8           ; DOTTED 10.0.0.0  SYMBOL /  NUMBER 8 8
          5-2                  ; WORD 5-2
          5 -2                 ; NUMBER 5 5  SYMBOL -  NUMBER 2 2
          len-20               ; WORD len-20
          0:1:2:3:4:5          ; MAC 0:1:2:3:4:5
          0-1-2-3-4-5          ; MAC 0-1-2-3-4-5
          0.1.2.3.4.5          ; MAC 0.1.2.3.4.5
          0011.2233.4455       ; MAC 0011.2233.4455
          001122334455         ; MAC 001122334455
          00112233445          ; NUMBER 00112233445 19478309
          ::                   ; IPV6 ::
          2001:db8::1          ; IPV6 2001:db8::1
          1:2:3:4:5:6:7:8      ; IPV6 1:2:3:4:5:6:7:8
          ::ffff:10.0.0.1      ; IPV6 ::ffff:10.0.0.1
          fe80::/10            ; IPV6 fe80::  SYMBOL /  NUMBER 10 10
          \\tcp \\ip!          ; WORD tcp  WORD ip  SYMBOL not
          $1f                  ; ARCNET $1f
          tcp[0:2]             ; KEYWORD tcp  SYMBOL [  NUMBER 0 0  SYMBOL :  NUMBER 2 2  SYMBOL ]
          a<<1>>2<=3           ; WORD a  SYMBOL <<  NUMBER 1 1  SYMBOL >>  NUMBER 2 2  SYMBOL <=  NUMBER 3 3
          """)
  void cutsTheExpression(String expression, String tokens) {
    String found =
        Lexer.tokens(expression).stream()
            .filter(token -> token.kind() != TokenKind.END)
            .map(LexerTest::text)
            .collect(Collectors.joining("  "));
    assertEquals(tokens, found);
  }

  private static String text(Token token) {
    String text = token.kind() + " " + token.text();
    return token.kind() == TokenKind.NUMBER
        ? text + " " + Integer.toUnsignedString(token.number())
        : text;
  }
}
