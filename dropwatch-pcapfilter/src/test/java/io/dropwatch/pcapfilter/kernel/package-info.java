/**
 * Runs generated eBPF in the kernel.
 *
 * <p>In: the body of a filter function and packets. Out: the kernel's verdicts. The object around
 * the filter is {@code src/test/bpf/verdicts.bpf.c}; its slot, its packet layout and what the
 * verifier knows of both are the probe's.
 */
@NullMarked
package io.dropwatch.pcapfilter.kernel;

import org.jspecify.annotations.NullMarked;
