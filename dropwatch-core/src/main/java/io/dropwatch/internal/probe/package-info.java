/**
 * First stage of watching: the probe in the kernel. In goes the probe's object (ours or a file's)
 * with what to watch - filter, devices, rate, stack depth -, out come records in a ring and counts
 * of every drop. The source is {@code src/main/bpf/dropwatch.bpf.c}, compiled by {@code make
 * probe}.
 */
@NullMarked
package io.dropwatch.internal.probe;

import org.jspecify.annotations.NullMarked;
