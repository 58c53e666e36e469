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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is written is what the schema of its dialect says. */
class SchemaTest {
  private static List<String> faults(JsonDialect dialect, Object event) {
    return new Schema(Json.object(dialect.schema())).faults(event);
  }

  @Property(tries = 300)
  void anyEvent(@ForAll("events") DropEvent event, @ForAll JsonDialect dialect) {
    String line = JsonWriter.format(event, dialect);

    assertEquals(List.of(), faults(dialect, Json.object(line)), line);
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfPacket(JsonDialect dialect) {
    Packets.everyKind()
        .forEach(
            (kind, frame) -> {
              DropEvent event =
                  Events.article().packet(LinkType.ETHERNET, frame).vlan(0x8100, 5).build();

              assertEquals(
                  List.of(), faults(dialect, Json.object(JsonWriter.format(event, dialect))), kind);
            });
  }

  @ParameterizedTest
  @EnumSource
  void anEventThatLacksOrAddsAFieldIsRefused(JsonDialect dialect) {
    Map<String, @Nullable Object> event =
        Json.object(JsonWriter.format(DropEvent.builder().build(), dialect));
    for (String name : event.keySet()) {
      Map<String, @Nullable Object> lacking = new LinkedHashMap<>(event);
      lacking.remove(name);
      Map<String, @Nullable Object> wrong = new LinkedHashMap<>(event);
      wrong.put(name, true);

      assertEquals(List.of("/: lacks " + name), faults(dialect, lacking));
      assertNotEquals(List.of(), faults(dialect, wrong), name);
    }
    event.put("added", 1);

    assertEquals(List.of("/: knows no added"), faults(dialect, event));
  }

  @Provide
  Arbitrary<DropEvent> events() {
    return AnyEvents.events();
  }
}
