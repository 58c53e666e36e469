/**
 * The SDK: what a program sees of a dropped packet.
 *
 * <p>In comes one record of the probe's ring, out goes one immutable {@link
 * io.dropwatch.DropEvent}: which packet, where in the kernel, why, and whose. The event holds the
 * packet's bytes; {@link io.dropwatch.layers} decodes them when asked, {@link io.dropwatch.output}
 * writes the event as text or JSON.
 */
@NullMarked
package io.dropwatch;

import org.jspecify.annotations.NullMarked;
