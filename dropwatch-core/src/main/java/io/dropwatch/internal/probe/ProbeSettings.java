package io.dropwatch.internal.probe;

/**
 * What the probe is told before it is loaded.
 *
 * @param devices whose drops
 * @param eventsPerSecond most events in any second, over all CPUs; 0: no limit
 * @param stackDepth return addresses to walk, 0 to 127; 0: none
 * @param snaplen bytes to report from the network header on, at most 256
 * @param ring which ring, and its size
 * @param wakeupBytes bytes in a ring after which the reader is woken
 */
public record ProbeSettings(
    DeviceList devices,
    int eventsPerSecond,
    int stackDepth,
    int snaplen,
    RingPlan ring,
    int wakeupBytes) {}
