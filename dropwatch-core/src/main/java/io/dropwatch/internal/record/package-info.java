/**
 * Second stage of watching: what one record of the ring says. In goes the raw record that the probe
 * wrote ({@code src/main/bpf/record.h}), out comes a {@link io.dropwatch.DropEvent}, with the
 * kernel's numbers replaced by names and its clock by ours. Any bytes give an event or a {@link
 * io.dropwatch.internal.record.MalformedRecordException}, never anything else.
 */
@NullMarked
package io.dropwatch.internal.record;

import org.jspecify.annotations.NullMarked;
