/**
 * Packets for tests of filters: built header by header, or read from a pcap or pcapng file. It does
 * not depend on filters.
 */
@NullMarked
package io.dropwatch.pcapfilter.packet;

import org.jspecify.annotations.NullMarked;
