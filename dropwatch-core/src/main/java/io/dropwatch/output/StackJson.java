package io.dropwatch.output;

import io.dropwatch.model.KernelStack;
import io.dropwatch.model.StackFrame;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The stack as JSON. Drops of one cause have one stack, and a stack is half of a line, so the
 * stacks written last are kept as the bytes they were written as. Thread-safe.
 */
final class StackJson {
  private static final int MAX_KEPT = 1024;

  private static final class Encoded {
    final byte[] text;
    final byte[] frames;

    Encoded(byte[] text, byte[] frames) {
      this.text = text;
      this.frames = frames;
    }
  }

  private final Map<KernelStack, Encoded> kept = new ConcurrentHashMap<>();

  void writeFields(JsonLine json, KernelStack stack) {
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
    json.writeFieldName("stack_frames");
    json.writeRawValue(encoded.frames);
  }

  private static Encoded encode(KernelStack stack) {
    return new Encoded(
        serialized(json -> json.writeString(stack.toString())),
        serialized(
            json -> {
              json.writeStartArray();
              for (StackFrame frame : stack.frames()) {
                json.writeString(FrameText.of(frame));
              }
              json.writeEndArray();
            }));
  }

  private static byte[] serialized(Consumer<JsonLine> value) {
    JsonLine json = new JsonLine();
    value.accept(json);
    return json.toByteArray();
  }
}
