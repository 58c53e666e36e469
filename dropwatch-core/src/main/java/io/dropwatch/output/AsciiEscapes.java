package io.dropwatch.output;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** JSON's own escapes, and DEL, which JSON would let through to the terminal. */
final class AsciiEscapes extends CharacterEscapes {
  @Serial private static final long serialVersionUID = 1;
  private static final int DEL = 0x7f;

  @Override
  public int[] getEscapeCodesForAscii() {
    int[] codes = standardAsciiEscapesForJSON();
    codes[DEL] = ESCAPE_STANDARD;
    return codes;
  }

  @Override
  public @Nullable SerializableString getEscapeSequence(int character) {
    return null;
  }
}
