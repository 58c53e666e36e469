package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.ProgramInfo;
import io.dropwatch.internal.probe.CountingProbe;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbePlan;
import io.dropwatch.internal.probe.Variant;
import io.dropwatch.pcapfilter.SkbFilter;

/** The probe that counts drops by kind. */
final class CountingAttachment implements Attachment {
  private static final int KINDS = 8192;

  private final CountingProbe probe;

  CountingAttachment(ProbeImage object, String filter, Variant variant) {
    ProbeImage image = filter.isEmpty() ? object : object.withFilter(SkbFilter.compile(filter));
    probe =
        CountingProbe.attach(
            ProbePlan.counting(image, new DeviceList.All(), KINDS, KernelFacts.running(), variant));
  }

  @Override
  public ProgramInfo info() {
    return probe.info();
  }

  @Override
  public String account() {
    CountingProbe.Totals totals = probe.totals();
    return "seen %d, filtered %d, overflow %d, missed %d"
        .formatted(totals.seen(), totals.filtered(), totals.overflow(), probe.missed());
  }

  @Override
  public void close() {
    probe.detach();
    probe.close();
  }
}
