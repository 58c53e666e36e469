/**
 * Packets to try a filter on, built header by header.
 *
 * <p>In: headers, outermost first. Out: the bytes, with lengths, next protocols and checksums
 * filled in. Knows nothing of filters.
 */
@NullMarked
package io.dropwatch.pcapfilter.packet;

import org.jspecify.annotations.NullMarked;
