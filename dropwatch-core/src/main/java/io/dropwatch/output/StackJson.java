package io.dropwatch.output;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import io.dropwatch.KernelStack;
import io.dropwatch.StackFrame;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The stack as JSON. Drops of one cause have one stack, and a stack is half of a line, so the
 * stacks written last are kept as the bytes they were written as. Thread-safe.
 */
final class StackJson {
  private static final int MAX_KEPT = 1024;

  private record Encoded(SerializableString text, SerializableString frames) {}

  private final JsonDialect dialect;
  private final Map<KernelStack, Encoded> kept = new ConcurrentHashMap<>();

  StackJson(JsonDialect dialect) {
    this.dialect = dialect;
  }

  void writeFields(JsonGenerator json, KernelStack stack) throws IOException {
    Encoded encoded = kept.get(stack);
    if (encoded == null) {
      encoded = encode(stack);
      if (kept.size() >= MAX_KEPT) {
        kept.clear();
      }
      kept.put(stack, encoded);
    }
    json.writeFieldName("stack");
    json.writeRawValue(encoded.text);
    if (dialect == JsonDialect.DEFAULT) {
      json.writeFieldName("stack_frames");
      json.writeRawValue(encoded.frames);
    }
  }

  private Encoded encode(KernelStack stack) {
    String text = dialect == JsonDialect.DEFAULT ? stack.toString() : stack.withOffsets();
    return new Encoded(
        serialized(json -> json.writeString(text)),
        serialized(
            json -> {
              json.writeStartArray();
              for (StackFrame frame : stack.frames()) {
                json.writeString(FrameText.of(frame));
              }
              json.writeEndArray();
            }));
  }

  @FunctionalInterface
  private interface Value {
    void writeTo(JsonGenerator json) throws IOException;
  }

  private static SerializableString serialized(Value value) {
    var text = new StringWriter();
    try (JsonGenerator json = JsonWriter.FACTORY.createGenerator(text)) {
      value.writeTo(json);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be written", e);
    }
    return new SerializedString(text.toString());
  }
}
