package io.dropwatch.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Messages quote what anybody chose: no escape sequence, forged line or flood gets through. */
class PrintableTest {
  private static final String HOSTILE =
      "\033]0;x\007"
          + new String(new char[] {0x9b, '3', '1', 'm', 0x7f, 0x202e, 0x2066, 0xd800, '\r'});

  private static final String SHOWN = "\\x1b]0;x\\x07\\x9b31m\\x7f\\u{202e}\\u{2066}\\u{d800}\\x0d";

  @Example
  void message_hostileText_isEscapedAndKeepsLines() {
    assertEquals("a\n\tb " + SHOWN, Printable.message("a\n\tb " + HOSTILE));
    assertEquals(SHOWN, Printable.text(HOSTILE));
  }

  @Example
  void line_hostileText_isOneLine() {
    assertEquals("a\\x0ab\\x09c" + SHOWN, Printable.line("a\nb\tc" + HOSTILE));
  }

  @Example
  void quoted_longInput_isShortenedInTheMiddle() {
    assertEquals("'" + "x".repeat(80) + "'", Printable.quoted("x".repeat(80)));
    assertEquals(
        "'" + "x".repeat(60) + "[... 1 characters ...]" + "x".repeat(19) + "y'",
        Printable.quoted("x".repeat(80) + "y"));
    assertEquals("'a\\x0ab'", Printable.quoted("a\nb"));
  }

  @Property
  void message_anyText_hasNoControlsAndIsEscapedOnce(@ForAll String text) {
    String once = Printable.message(text);

    assertEquals(once, Printable.message(once));
    assertTrue(
        once.codePoints()
            .noneMatch(
                c ->
                    (c < ' ' && c != '\n' && c != '\t')
                        || (c >= 0x7f && c < 0xa0)
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.SURROGATE),
        once);
    // What UTF-8 cannot hold would come out as a question mark.
    assertEquals(once, new String(once.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
  }

  @Example
  void message_longerThanTheLimit_isCutThere() {
    String most = "x".repeat(Printable.MAX_MESSAGE);

    assertEquals(most, Printable.message(most));
    assertTrue(Printable.message(most + most).length() < Printable.MAX_MESSAGE + 40);
    assertTrue(Printable.message(most + "y").endsWith("xy"));
  }
}
