/**
 * Stage 5, a back-end: decision graph in, eBPF instructions out.
 *
 * <p>The result is the body of {@code int filter(const u8 *base, u32 captured, const struct
 * filter_meta *meta, u32 ipv4_header)}: base in r1, captured bytes (at most {@value
 * io.dropwatch.pcapfilter.internal.ebpf.EbpfSelector#WINDOW}) in r2, metadata in r3, the length of
 * the IPv4 header in r4, and in r0 at the end 0 for a packet that does not match. It calls no
 * helper, uses no map and no 16-byte instruction, and jumps forward only.
 *
 * <ol>
 *   <li>{@link io.dropwatch.pcapfilter.internal.ebpf.BoundsAnalysis}: how many bytes every
 *       accepting path below a node reads; a packet with fewer can be rejected there, in one check.
 *   <li>{@link io.dropwatch.pcapfilter.internal.ebpf.EbpfSelector}: instructions for each node, for
 *       each state of the registers that paths arrive with; equal tails become one.
 *   <li>{@link io.dropwatch.pcapfilter.internal.ebpf.EbpfLayout}: one sequence with few jumps.
 * </ol>
 *
 * <p>Text form: {@link io.dropwatch.pcapfilter.internal.ebpf.EbpfListing}.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.ebpf;

import org.jspecify.annotations.NullMarked;
