/**
 * Stage 5, a back-end: decision graph in, eBPF instructions out.
 *
 * <p>The result is the body of a function, or code inside another one, with the arguments of {@link
 * io.dropwatch.pcapfilter.EbpfCode}. It reads at most {@value
 * io.dropwatch.pcapfilter.internal.ebpf.EbpfSelector#WINDOW} bytes of the packet, calls no helper,
 * uses no map and no 16-byte instruction, and jumps forward only.
 *
 * <ol>
 *   <li>{@link io.dropwatch.pcapfilter.internal.ebpf.BoundsAnalysis}: how long a packet must be to
 *       be accepted below each node; a shorter one is rejected there, with one check.
 *   <li>{@link io.dropwatch.pcapfilter.internal.ebpf.EbpfSelector}: instructions for each node, for
 *       each register state in which paths arrive; equal tails become one.
 *   <li>{@link io.dropwatch.pcapfilter.internal.ebpf.EbpfLayout}: one sequence with few jumps.
 * </ol>
 *
 * <p>Text form: {@link io.dropwatch.pcapfilter.internal.ebpf.EbpfListing}.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.ebpf;

import org.jspecify.annotations.NullMarked;
