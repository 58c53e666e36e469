package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropwatch.internal.probe.HeldByKernel;
import io.dropwatch.model.FailureCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Wrong requests: one line each, with the value and what is allowed. */
class DropWatcherBuilderTest {
  private record Wrong(String message, Consumer<DropWatcherBuilder> request) {}

  private static final List<Wrong> WRONG =
      List.of(
          new Wrong(
              "devices [lo] and excludedDevices [lo] were both given: use one of them",
              b -> b.devices("lo").excludedDevices("lo")),
          new Wrong(
              "there is no network device 'nosuch0' in this network namespace; see 'ip link'",
              b -> b.devices("lo", "nosuch0")),
          new Wrong(
              "there is no network device 'a\\x1b[31mb' in this network namespace; see 'ip link'",
              b -> b.excludedDevices("a\u001b[31mb")),
          new Wrong(
              "the filter is too large for the probe: one comparison keeps more numbers at a time"
                  + " than eBPF has room for; use a shorter one: networks for hosts, 'portrange' for"
                  + " ports, or several watchers",
              b -> b.filter(nested(100))),
          new Wrong(
              "maxEventsPerSecond must be 0 to 10000000, was -1", b -> b.maxEventsPerSecond(-1)),
          new Wrong("stackDepth must be 0 to 127, was 128", b -> b.stackDepth(128)),
          new Wrong(
              "ringBytesPerCpu must be a power of two from 4096 to 1073741824, was 0",
              b -> b.ringBytesPerCpu(0)),
          new Wrong(
              "ringBytesPerCpu must be a power of two from 4096 to 1073741824, was 1",
              b -> b.ringBytesPerCpu(1)),
          new Wrong(
              "ringBytesPerCpu must be a power of two from 4096 to 1073741824, was -2147483648",
              b -> b.ringBytesPerCpu(1 << 31)),
          new Wrong(
              "ringBytesPerCpu must be a power of two from 4096 to 1073741824, was 5000",
              b -> b.ringBytesPerCpu(5000)),
          new Wrong(
              "maxLatency must be positive and at most 100 ms, was PT-1S",
              b -> b.maxLatency(Duration.ofSeconds(-1))),
          new Wrong(
              "maxLatency must be positive and at most 100 ms, was PT1S",
              b -> b.maxLatency(Duration.ofSeconds(1))),
          new Wrong(
              "stackOncePer must be 0 to 292 years, was PT-1S",
              b -> b.stackOncePer(Duration.ofSeconds(-1))));

  private static String nested(int depth) {
    return "udp[0] * (ip[0] + ".repeat(depth) + "len" + ")".repeat(depth) + " = 1";
  }

  @TestFactory
  @Tag("live")
  List<DynamicTest> start_wrongRequest_throwsOneLineWithTheValue() {
    return WRONG.stream()
        .map(wrong -> DynamicTest.dynamicTest(wrong.message(), () -> assertRefused(wrong)))
        .toList();
  }

  private static void assertRefused(Wrong wrong) {
    RuntimeException refused =
        assertThrows(
            RuntimeException.class,
            () -> {
              DropWatcherBuilder builder = DropWatcher.builder().onEvent(_ -> {});
              wrong.request().accept(builder);
              builder.start().close();
            });
    assertEquals(wrong.message(), refused.getMessage());
    assertEquals(Map.of(), HeldByKernel.now());
  }

  @Test
  void start_noListener_throws() {
    assertEquals(
        "no listener: call onEvent or onRawEvent before start",
        assertThrows(IllegalStateException.class, () -> DropWatcher.builder().start())
            .getMessage());
  }

  @Test
  void start_missingObject_throwsBadObject() {
    DropWatcherBuilder builder =
        DropWatcher.builder().onEvent(_ -> {}).bpfObject(Path.of("/nonexistent.o"));
    assertEquals(
        FailureCode.BAD_OBJECT, assertThrows(DropWatchException.class, builder::start).code());
  }
}
