package io.dropwatch.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.Loopback;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.owner.NoOwners;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.Eventually;
import io.dropwatch.internal.probe.HeldByKernel;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.NoiseList;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbePlan;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.RingPlan;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.ProbeInfo;
import io.dropwatch.model.RingKind;
import io.dropwatch.model.StackFrame;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A raw listener that stands in the kernel's ring and does not return, with real drops: the probe
 * leaves the kernel, the account balances, and the ring's memory stays mapped until the listener is
 * out. Needs root.
 */
@Timeout(60)
@Tag("live")
class StuckListenerLiveTest {
  private static final CloseTimeouts SHORT =
      new CloseTimeouts(Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofMillis(100));

  static Stream<RingPlan> rings() {
    return Stream.of(new RingPlan.Perf(1 << 18), new RingPlan.Bpf(1 << 20));
  }

  @ParameterizedTest
  @MethodSource("rings")
  void rawListenerNeverReturns_viewOutlivesTheProbe(RingPlan ring) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch read = new CountDownLatch(1);
    long[] lengths = new long[2];
    ProbeSettings settings =
        new ProbeSettings(new DeviceList.All(), NoiseList.NONE, 0, 0, 0, ring, 4096);
    Probe probe =
        Probe.attach(ProbePlan.streaming(ProbeImage.embedded(), settings, KernelFacts.running()));
    WallClock clock = new WallClock();
    DeliveryMode mode =
        new DeliveryMode.Raw(
            raw -> {
              lengths[0] = raw.wireLength();
              awaitDeafly(never);
              lengths[1] = raw.wireLength();
              read.countDown();
            });
    RecordDecoder decoder =
        new RecordDecoder(clock, DropReason::unnamed, time -> StackFrame::unknown, 0);
    Failures failures = Failures.ofListener(_ -> {});
    Ending ending = new Ending(SHORT);
    Watch watch =
        new Watch(
            probe,
            ProbeInfo.of(RingKind.BPF, 4096, false, null),
            clock,
            new Delivery(
                decoder,
                clock,
                NoiseFilter.NONE,
                new OwnerStage(NoOwners.INSTANCE, failures),
                mode,
                failures,
                ending),
            failures,
            Duration.ofMillis(10),
            ending);
    watch.start();
    Loopback.sendUdp(Loopback.closedPort(), 100);
    Eventually.until(() -> watch.statistics().emitted() >= 100);
    watch.close();

    DropStatistics end = watch.statistics();
    assertEquals(1, end.delivered(), end::toString);
    assertTrue(end.lostInRing() >= 99, end::toString);
    assertEquals(0, end.inFlight(), end::toString);
    assertInstanceOf(StuckListenerException.class, watch.failure());
    Map<String, Integer> held = HeldByKernel.now();
    assertEquals(0, held.getOrDefault("anon_inode:bpf-prog", 0), held::toString);
    assertEquals(1, held.get("anon_inode:bpf-map"), held::toString);

    never.countDown();
    read.await();
    assertEquals(lengths[0], lengths[1]);
    Eventually.until(() -> HeldByKernel.now().isEmpty());
    assertEquals(end, watch.statistics());
  }

  private static void awaitDeafly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException _) {
        // Deaf.
      }
    }
  }
}
