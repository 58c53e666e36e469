package io.dropwatch.internal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Names of reasons, of the core and of modules that are loaded later. */
class ReasonNamesTest {
  private static final int OPENVSWITCH = 3 << 16;

  private final Map<Integer, String> modules = new HashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final ReasonNames names =
      new ReasonNames(
          Map.of(3, "SKB_DROP_REASON_NO_SOCKET"),
          Map.of(0, "CORE", 3, "OPENVSWITCH"),
          () -> {
            asked.incrementAndGet();
            return Map.copyOf(modules);
          });

  @Test
  void apply_coreReason_readsNoModules() {
    assertEquals("SKB_DROP_REASON_NO_SOCKET", names.apply(3).name());
    assertEquals("4", names.apply(4).name());
    assertEquals(0, asked.get());
  }

  @Test
  void apply_firstReasonOfAModule_readsModulesOnce() {
    modules.put(OPENVSWITCH + 1, "OVS_DROP_LAST_ACTION");
    modules.put(OPENVSWITCH + 3, "OVS_DROP_EXPLICIT");

    assertEquals("OVS_DROP_LAST_ACTION", names.apply(OPENVSWITCH + 1).name());
    assertEquals("OVS_DROP_EXPLICIT", names.apply(OPENVSWITCH + 3).name());
    assertSame(names.apply(OPENVSWITCH + 1), names.apply(OPENVSWITCH + 1));
    assertEquals(1, asked.get());
  }

  @Test
  void apply_reasonWithoutName_isNamedByItsNumber() {
    assertEquals("OPENVSWITCH_REASON_7", names.apply(OPENVSWITCH + 7).name());
    assertEquals("SUBSYSTEM_9_REASON_1", names.apply((9 << 16) + 1).name());
    for (int i = 0; i < 1000; i++) {
      names.apply(OPENVSWITCH + 7);
      names.apply((9 << 16) + 1);
    }

    assertEquals(1, asked.get());
  }
}
