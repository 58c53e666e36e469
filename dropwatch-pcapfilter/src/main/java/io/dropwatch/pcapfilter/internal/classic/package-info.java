/**
 * A back-end: decision graph in, classic BPF out.
 *
 * <p>{@link io.dropwatch.pcapfilter.internal.classic.ClassicSelector} turns each node of the graph
 * into operations on the two registers and the scratch words, once for each content of the
 * registers that is of use there; the result is a {@code Flow}, in which what means the same is the
 * same object and nothing is computed that nothing reads. {@code ClassicLayout} puts the flow into
 * one sequence whose conditional jumps reach 255 instructions. {@link
 * io.dropwatch.pcapfilter.internal.classic.ClassicListing} prints as tcpdump does.
 *
 * <p>libpcap rejects a packet on a load past its end; Linux does so too, but takes offsets from
 * 2^31 on for something else. Such loads are turned into rejections here, so both give one verdict.
 *
 * <p>Sources: S. McCanne and V. Jacobson, "The BSD Packet Filter", 1993; linux/bpf_common.h,
 * linux/filter.h.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.classic;

import org.jspecify.annotations.NullMarked;
