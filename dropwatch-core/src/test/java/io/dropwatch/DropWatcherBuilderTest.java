package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropwatch.internal.probe.HeldByKernel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Requests that make no sense: one line each that names the cause and the remedy. */
class DropWatcherBuilderTest {
  private record Wrong(String message, Consumer<DropWatcherBuilder> request) {}

  private static final List<Wrong> WRONG =
      List.of(
          new Wrong(
              "devices to watch and devices to exclude were both given: choose one list",
              b -> b.devices("lo").excludedDevices("lo")),
          new Wrong(
              "there is no network device 'nosuch0' in this network namespace: see 'ip link'",
              b -> b.devices("lo", "nosuch0")),
          new Wrong(
              "there is no network device 'a?[31mb' in this network namespace: see 'ip link'",
              b -> b.excludedDevices("a\u001b[31mb")),
          new Wrong(
              "the filter is too large for the probe: one comparison keeps more numbers at a time"
                  + " than eBPF has room for; use a shorter one",
              b -> b.filter(nested(100))),
          new Wrong(
              "events per second cannot be -1: give 0 to 10000000", b -> b.maxEventsPerSecond(-1)),
          new Wrong("stack depth cannot be 128: give 0 to 127", b -> b.stackDepth(128)),
          new Wrong(
              "ring bytes per CPU cannot be 0: give a power of two from 4096 to 1073741824",
              b -> b.ringBytesPerCpu(0)),
          new Wrong(
              "ring bytes per CPU cannot be 1: give a power of two from 4096 to 1073741824",
              b -> b.ringBytesPerCpu(1)),
          new Wrong(
              "ring bytes per CPU cannot be -2147483648: give a power of two from 4096 to"
                  + " 1073741824",
              b -> b.ringBytesPerCpu(1 << 31)),
          new Wrong(
              "ring bytes per CPU cannot be 5000: give a power of two from 4096 to 1073741824",
              b -> b.ringBytesPerCpu(5000)),
          new Wrong(
              "a latency of PT-1S is none: give a positive duration",
              b -> b.maxLatency(Duration.ofSeconds(-1))));

  private static String nested(int depth) {
    return "udp[0] * (ip[0] + ".repeat(depth) + "len" + ")".repeat(depth) + " = 1";
  }

  @TestFactory
  List<DynamicTest> aRequestThatMakesNoSenseIsRefused() {
    return WRONG.stream()
        .map(wrong -> DynamicTest.dynamicTest(wrong.message(), () -> assertRefused(wrong)))
        .toList();
  }

  private static void assertRefused(Wrong wrong) {
    DropWatchException refused =
        assertThrows(
            DropWatchException.class,
            () -> {
              DropWatcherBuilder builder = DropWatcher.builder().onEvent(_ -> {});
              wrong.request().accept(builder);
              builder.start().close();
            });
    assertEquals(DropWatchException.Kind.USAGE, refused.kind());
    assertEquals(wrong.message(), refused.getMessage());
    assertEquals(Map.of(), HeldByKernel.now());
  }

  @Test
  void somebodyHasToListen() {
    DropWatchException refused =
        assertThrows(DropWatchException.class, () -> DropWatcher.builder().start());
    assertEquals("nobody listens: set onEvent before start", refused.getMessage());
  }

  @Test
  void aMissingObjectIsTheEnvironmentsFault() {
    DropWatchException refused =
        assertThrows(
            DropWatchException.class,
            () ->
                DropWatcher.builder()
                    .onEvent(_ -> {})
                    .bpfObject(Path.of("/nonexistent.o"))
                    .start());
    assertEquals(DropWatchException.Kind.ENVIRONMENT, refused.kind());
  }
}
