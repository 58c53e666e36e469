/**
 * Syntax tree and predicate in, warnings out.
 *
 * <p>What "matches nothing" is decided on the decision graph, which libpcap's verdicts have tested:
 * a graph without a way to acceptance. It may miss a contradiction, but never invents one.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.warn;

import org.jspecify.annotations.NullMarked;
