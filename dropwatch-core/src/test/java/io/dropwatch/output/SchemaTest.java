package io.dropwatch.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.dropwatch.DropEvent;
import io.dropwatch.layers.Packets;
import io.dropwatch.pcapfilter.LinkType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every written line is valid by the schema. */
class SchemaTest {
  private static List<String> faults(Object event) {
    return new Schema(Json.object(JsonWriter.schema())).faults(event);
  }

  @Property(tries = 300)
  void format_anyEvent_isValid(@ForAll("events") DropEvent event) {
    String line = JsonWriter.format(event);

    assertEquals(List.of(), faults(Json.object(line)), line);

    String without = JsonWriter.format(event.withoutKernelAddresses());

    assertEquals(List.of(), faults(Json.object(without)), without);
  }

  @Test
  void format_everyKindOfPacket_isValid() {
    Packets.everyKind()
        .forEach(
            (kind, frame) -> {
              DropEvent event =
                  Events.sample().packet(LinkType.ETHERNET, frame).vlan(0x8100, 5).build();

              assertEquals(List.of(), faults(Json.object(JsonWriter.format(event))), kind);
            });
  }

  @Test
  void schema_missingOrUnknownField_isInvalid() {
    Map<String, @Nullable Object> event =
        Json.object(JsonWriter.format(DropEvent.builder().build()));
    for (String name : event.keySet()) {
      Map<String, @Nullable Object> lacking = new LinkedHashMap<>(event);
      lacking.remove(name);
      Map<String, @Nullable Object> wrong = new LinkedHashMap<>(event);
      wrong.put(name, true);

      assertEquals(List.of("/: missing " + name), faults(lacking));
      assertNotEquals(List.of(), faults(wrong), name);
    }
    event.put("added", 1);

    assertEquals(List.of("/: unknown added"), faults(event));
  }

  @Provide
  Arbitrary<DropEvent> events() {
    return AnyEvents.events();
  }
}
