package io.dropwatch.benchmarks.reader;

import io.dropwatch.examples.testbed.ClosedPort;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.NoiseList;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbePlan;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.RingPlan;
import io.dropwatch.pcapfilter.SkbFilter;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A record that the probe writes for a UDP datagram to a closed port of this host. Needs root. */
final class SampleRecord {
  private SampleRecord() {}

  /**
   * @param frames the maximum number of stack frames
   */
  static byte[] of(int frames) throws IOException {
    try (ClosedPort port = ClosedPort.open()) {
      return of(frames, port);
    }
  }

  private static byte[] of(int frames, ClosedPort port) throws IOException {
    String filter = "udp and dst port " + port.number();
    ProbeImage image = ProbeImage.embedded().withFilter(SkbFilter.compile(filter));
    ProbeSettings settings =
        new ProbeSettings(
            new DeviceList.All(), NoiseList.NONE, 0, frames, 0, new RingPlan.Bpf(1 << 16), 1);
    List<byte[]> records = new ArrayList<>();
    try (Probe probe = Probe.attach(ProbePlan.streaming(image, settings, KernelFacts.running()))) {
      port.send(18, 1);
      while (records.isEmpty()) {
        probe.poll(
            Duration.ofMillis(100),
            (memory, offset, size) ->
                records.add(memory.asSlice(offset, size).toArray(ValueLayout.JAVA_BYTE)));
      }
    }
    return records.getFirst();
  }
}
