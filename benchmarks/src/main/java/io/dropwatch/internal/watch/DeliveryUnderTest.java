package io.dropwatch.internal.watch;

import io.dropwatch.OwnerResolvers;
import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.SymbolFrames;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.NoiseRule;

/** What a watcher does with a record, without the watcher. In this package because it is. */
public final class DeliveryUnderTest {
  private DeliveryUnderTest() {}

  /** As a watcher without any setting, but the listener. */
  public static RingConsumer to(DeliveryMode mode) {
    WallClock clock = new WallClock();
    Delivery delivery =
        new Delivery(
            new RecordDecoder(
                clock,
                Session.reasonNames(KernelFacts.running().reasons()),
                new SymbolFrames(_ -> {}),
                127,
                OwnerResolvers.system()),
            clock,
            NoiseFilter.of(NoiseRule.DEFAULTS),
            mode,
            Failures.ofListener(null),
            new Ending(CloseTimeouts.DEFAULT));
    return Probe.consumer(delivery::deliver);
  }
}
