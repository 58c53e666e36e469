package io.dropwatch.internal.probe;

/**
 * What the probe is told before it is loaded.
 *
 * @param devices whose drops
 * @param noise what is taken out by reason or location
 * @param eventsPerSecond most events in any second, over all CPUs; 0: no limit
 * @param stackDepth return addresses to walk, 0 to 127; 0: none
 * @param stackPeriodNanos for how long one stack stands for all of its location and reason on its
 *     CPU; 0: each record has its own
 * @param snaplen bytes to report from the network header on, at most 256
 * @param ring which ring, and its size
 * @param wakeupBytes bytes in a ring after which the reader is woken
 */
public record ProbeSettings(
    DeviceList devices,
    NoiseList noise,
    int eventsPerSecond,
    int stackDepth,
    long stackPeriodNanos,
    int snaplen,
    RingPlan ring,
    int wakeupBytes) {
  /** The same, for all events. */
  ProbeSettings withoutLimit() {
    return new ProbeSettings(
        devices, noise, 0, stackDepth, stackPeriodNanos, snaplen, ring, wakeupBytes);
  }
}
