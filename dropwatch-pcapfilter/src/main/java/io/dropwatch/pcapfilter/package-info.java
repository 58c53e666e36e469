/**
 * The filter language of tcpdump, pcap-filter(7), compiled in pure Java.
 *
 * <p>{@link io.dropwatch.pcapfilter.PcapFilter} is the whole pipeline: expression → tokens → syntax
 * tree → checked predicate → decision graph → eBPF for the kernel, or a class for the JVM. {@link
 * io.dropwatch.pcapfilter.Stage} names the stages; each prints as text.
 */
@NullMarked
package io.dropwatch.pcapfilter;

import org.jspecify.annotations.NullMarked;
