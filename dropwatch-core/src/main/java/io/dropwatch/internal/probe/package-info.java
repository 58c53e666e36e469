/**
 * First stage of watching: the probe in the kernel. In: the object of the probe, a filter, and
 * settings. Out: records in a ring, and counts. The steps: {@link
 * io.dropwatch.internal.probe.ProbePlan plan} (a pure value), {@link
 * io.dropwatch.internal.probe.ProbeImage image}, load, attach. The source is {@code
 * src/main/bpf/dropwatch.bpf.c}, compiled by {@code make probe}.
 */
@NullMarked
package io.dropwatch.internal.probe;

import org.jspecify.annotations.NullMarked;
