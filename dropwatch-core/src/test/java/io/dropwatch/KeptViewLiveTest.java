package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.probe.Eventually;
import io.dropwatch.model.RawDropEvent;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Raw listeners that keep the view beyond their call, with real drops. Needs root. */
@Timeout(60)
@Tag("live")
class KeptViewLiveTest {
  private static final int DROPS = 20;

  @ParameterizedTest
  @EnumSource(names = {"PERF", "BPF"})
  void rawEvent_readAfterReturn_throws(RingKind ring) throws IOException {
    AtomicReference<RawDropEvent> kept = new AtomicReference<>();
    int port = Loopback.closedPort();
    DropWatcher watcher =
        DropWatcher.builder()
            .filter("udp and dst port " + port)
            .ring(ring)
            .onRawEvent(
                event -> {
                  assertTrue(event.capturedLength() > 0 && event.stackDepth() > 0);
                  kept.set(event);
                })
            .start();
    try (watcher) {
      Loopback.sendUdp(port, DROPS);
      // After the last one's call the reader waits for more.
      Eventually.until(() -> watcher.statistics().delivered() == DROPS && isEmpty(kept.get()));
      assertTellsNothing(Objects.requireNonNull(kept.get()));
    }
    assertTellsNothing(Objects.requireNonNull(kept.get()));
  }

  private static boolean isEmpty(RawDropEvent event) {
    return event != null && event.capturedLength() == 0;
  }

  private static void assertTellsNothing(RawDropEvent event) {
    assertEquals(0, event.capturedLength());
    assertEquals(0, event.stackDepth());
    assertFalse(event.hasEthernetHeader());
    assertFalse(event.hasSharedStack());
    List<Runnable> questions =
        List.of(
            () -> event.packetByte(0),
            () -> event.copyPacket(new byte[100], 0),
            () -> event.stackAddress(0),
            event::monotonicNanos,
            event::epochNanos,
            event::reason,
            event::isHardware,
            event::location,
            event::skbAddress,
            event::ifindex,
            event::netnsInum,
            event::netnsCookie,
            event::pid,
            event::tid,
            event::etherType,
            event::packetType,
            event::vlanTci,
            event::vlanProtocol,
            event::wireLength);
    for (int i = 0; i < questions.size(); i++) {
      Runnable question = questions.get(i);
      assertThrows(IndexOutOfBoundsException.class, question::run, "question " + i);
    }
  }
}
