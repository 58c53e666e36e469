/**
 * The filter language of tcpdump, pcap-filter(7), compiled in pure Java.
 *
 * <p>{@link io.dropwatch.pcapfilter.PcapFilter} filters the bytes of packets, {@link
 * io.dropwatch.pcapfilter.SkbFilter} packets as the kernel sees them. Both compile in the same
 * stages: expression → tokens → syntax tree → predicate → decision graph → eBPF, classic BPF, or a
 * class for the JVM. {@link io.dropwatch.pcapfilter.Stage} names the stages; each prints as text.
 */
@NullMarked
package io.dropwatch.pcapfilter;

import org.jspecify.annotations.NullMarked;
