package io.dropwatch.examples.cli;

import io.dropwatch.examples.huatuo.HuatuoJsonWriter;
import io.dropwatch.examples.terminal.Terminal;
import io.dropwatch.output.EventWriter;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.TextWriter;
import java.io.OutputStream;

/** How an event is written to stdout. */
enum OutputFormat {
  json,
  text;

  EventWriter writer(OutputStream out, Dialect dialect) {
    return switch (this) {
      case json -> dialect == Dialect.huatuo ? new HuatuoJsonWriter(out) : new JsonWriter(out);
      case text -> new TextWriter(out, style());
    };
  }

  private static TextWriter.Style style() {
    return Terminal.showsColours() ? TextWriter.Style.COLOURED : TextWriter.Style.PLAIN;
  }
}
