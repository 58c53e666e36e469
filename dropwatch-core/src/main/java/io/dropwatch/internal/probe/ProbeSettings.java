package io.dropwatch.internal.probe;

/**
 * What the probe reports, and how.
 *
 * @param devices devices whose drops are reported
 * @param noise rules that suppress drops by reason or location
 * @param eventsPerSecond maximum events in any second, over all CPUs; 0: no limit
 * @param stackDepth maximum return addresses of a stack, 0 to 127
 * @param stackPeriodNanos how long records refer to an earlier stack of the same location, reason
 *     and CPU; 0: each record has its own stack
 * @param ring kind and size of the ring
 * @param wakeupBytes bytes in a ring after which the reader is woken
 */
public record ProbeSettings(
    DeviceList devices,
    NoiseList noise,
    int eventsPerSecond,
    int stackDepth,
    long stackPeriodNanos,
    RingPlan ring,
    int wakeupBytes) {
  /** Returns these settings without a rate limit. */
  ProbeSettings withoutLimit() {
    return new ProbeSettings(devices, noise, 0, stackDepth, stackPeriodNanos, ring, wakeupBytes);
  }
}
