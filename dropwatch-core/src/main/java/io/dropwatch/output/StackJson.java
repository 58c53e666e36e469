package io.dropwatch.output;

import io.dropwatch.model.KernelStack;
import io.dropwatch.model.StackFrame;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Writes stacks as JSON. A stack is half of a line, and drops of one cause have the same stack, so
 * the encoded bytes are cached. Thread-safe.
 */
final class StackJson {
  private static final int MAX_CACHED = 1024;

  private static final class Encoded {
    final byte[] text;
    final byte[] frames;

    Encoded(byte[] text, byte[] frames) {
      this.text = text;
      this.frames = frames;
    }
  }

  private final Map<KernelStack, Encoded> cache = new ConcurrentHashMap<>();

  void writeFields(JsonLine json, KernelStack stack) {
    Encoded encoded = cache.get(stack);
    if (encoded == null) {
      encoded = encode(stack);
      if (cache.size() >= MAX_CACHED) {
        cache.clear();
      }
      cache.put(stack, encoded);
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
