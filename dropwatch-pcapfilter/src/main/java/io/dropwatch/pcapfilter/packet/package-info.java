/**
 * Packets to try a filter on, built header by header or read from a capture file.
 *
 * <p>In: headers, outermost first, or the bytes of a pcap or pcapng file. Out: the bytes of
 * packets. Knows nothing of filters.
 */
@NullMarked
package io.dropwatch.pcapfilter.packet;

import org.jspecify.annotations.NullMarked;
