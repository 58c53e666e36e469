/**
 * For people: syntax tree and predicate in, the traps that the expression walks into out.
 *
 * <p>What "matches nothing" is decided on the decision graph, which libpcap's verdicts have tested:
 * a graph without a way to acceptance. It may miss a contradiction, but never invents one.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.warn;

import org.jspecify.annotations.NullMarked;
