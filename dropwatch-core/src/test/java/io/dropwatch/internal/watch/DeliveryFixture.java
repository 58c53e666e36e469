package io.dropwatch.internal.watch;

import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.owner.ProcOwnerResolver;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.SymbolFrames;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.NoiseRule;

/** The delivery of a watcher without its probe, for benchmarks. */
public final class DeliveryFixture {
  private DeliveryFixture() {}

  /** {@return a consumer that delivers records as a watcher with default settings} */
  public static RingConsumer consumer(DeliveryMode mode) {
    WallClock clock = new WallClock();
    Delivery delivery =
        new Delivery(
            new RecordDecoder(
                clock,
                Session.reasonNames(KernelFacts.running().reasons()),
                new SymbolFrames(_ -> {}),
                127),
            clock,
            NoiseFilter.of(NoiseRule.DEFAULTS),
            new OwnerStage(ProcOwnerResolver.ofThisMachine(), Failures.ofResolver(null)),
            mode,
            Failures.ofListener(null),
            new Ending(CloseTimeouts.DEFAULT));
    return Probe.consumer(delivery::deliver);
  }
}
