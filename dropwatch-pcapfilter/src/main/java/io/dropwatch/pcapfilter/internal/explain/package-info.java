/**
 * For people: a predicate and a packet in, an {@link io.dropwatch.pcapfilter.Explanation} out; or a
 * predicate alone in, its outline out.
 *
 * <p>Listens to the interpreter, so that verdict and explanation cannot part.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.explain;

import org.jspecify.annotations.NullMarked;
