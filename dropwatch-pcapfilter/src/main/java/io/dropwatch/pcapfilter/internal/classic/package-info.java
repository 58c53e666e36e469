/**
 * Stage 5, a back-end: decision graph in, classic BPF out.
 *
 * <ol>
 *   <li>{@link io.dropwatch.pcapfilter.internal.classic.ScratchAllocator}: a scratch word for each
 *       variable.
 *   <li>{@link io.dropwatch.pcapfilter.internal.classic.ClassicSelector}: operations for each node,
 *       for each content of the two registers that is of use there.
 *   <li>{@link io.dropwatch.pcapfilter.internal.classic.ClassicGraph}: the operations as a graph,
 *       in which equal code is one node, and without those whose result is not used.
 *   <li>{@link io.dropwatch.pcapfilter.internal.classic.ClassicLayout}: one sequence, whose
 *       conditional jumps reach 255 instructions.
 * </ol>
 *
 * <p>libpcap rejects a packet on a load past its end. So does Linux, but it reads offsets from 2^31
 * on as negative ones. Such loads become rejections here, so both give the same verdict. Text form:
 * {@link io.dropwatch.pcapfilter.internal.classic.ClassicListing}.
 *
 * <p>Sources: S. McCanne and V. Jacobson, "The BSD Packet Filter", 1993; linux/bpf_common.h,
 * linux/filter.h.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.classic;

import org.jspecify.annotations.NullMarked;
