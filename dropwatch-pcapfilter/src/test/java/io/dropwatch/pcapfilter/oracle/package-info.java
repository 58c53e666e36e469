/**
 * The definition of the language, to compare with: libpcap itself, through FFM.
 *
 * <p>In: an expression and a packet. Out: libpcap's verdict, its words when it refuses, and how
 * many instructions it needed. Knows nothing of our compiler.
 */
@NullMarked
package io.dropwatch.pcapfilter.oracle;

import org.jspecify.annotations.NullMarked;
