package io.dropwatch.examples.terminal;

import io.dropwatch.output.Printable;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;

/** Escapes what could steer a terminal in everything that is written; lines and tabs stay. */
final class EscapingWriter extends FilterWriter {
  EscapingWriter(Writer out) {
    super(out);
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    out.write(Printable.text(text.substring(offset, offset + length)));
  }

  @Override
  public void write(char[] text, int offset, int length) throws IOException {
    write(new String(text, offset, length), 0, length);
  }

  @Override
  public void write(int unit) throws IOException {
    write(String.valueOf((char) unit), 0, 1);
  }
}
