package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.ProgramInfo;
import io.dropwatch.internal.probe.KernelCounts;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbePlan;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.Variant;
import io.dropwatch.pcapfilter.SkbFilter;
import java.time.Duration;

/** The probe that reports events. A thread drains the ring and ignores the records. */
final class ProbeAttachment implements Attachment {
  private final Probe probe;
  private final Thread reader;
  private volatile boolean ending;

  ProbeAttachment(ProbeImage object, String filter, ProbeSettings settings, Variant variant) {
    ProbeImage image = filter.isEmpty() ? object : object.withFilter(SkbFilter.compile(filter));
    probe = Probe.attach(ProbePlan.streaming(image, settings, KernelFacts.running(), variant));
    reader = Thread.ofPlatform().daemon().name("reader").start(this::read);
  }

  private void read() {
    while (!ending) {
      probe.poll(Duration.ofMillis(10), (memory, offset, size) -> {});
    }
  }

  @Override
  public ProgramInfo info() {
    return probe.info();
  }

  @Override
  public String account() {
    KernelCounts counts = probe.counts();
    return "filtered %d, limited %d, emitted %d, lost %d, missed %d"
        .formatted(
            counts.filtered(),
            counts.limited(),
            counts.emitted(),
            counts.lost(),
            probe.info().recursionMisses());
  }

  @Override
  public void close() {
    ending = true;
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    probe.close();
  }
}
