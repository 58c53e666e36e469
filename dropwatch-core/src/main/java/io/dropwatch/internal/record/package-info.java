/**
 * Decodes the records of the ring, the second stage of watching. Input: a record of the probe
 * ({@code src/main/bpf/record.h}). Output: a {@link io.dropwatch.DropEvent}, with names for the
 * kernel's numbers and wall-clock time, or a {@link
 * io.dropwatch.internal.record.MalformedRecordException}; any bytes are accepted.
 */
@NullMarked
package io.dropwatch.internal.record;

import org.jspecify.annotations.NullMarked;
