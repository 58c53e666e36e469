/**
 * A predicate and a packet in, an {@link io.dropwatch.pcapfilter.Explanation} out; or a predicate
 * alone in, its outline out.
 *
 * <p>It observes the interpreter, so the explanation always has the interpreter's verdict.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.explain;

import org.jspecify.annotations.NullMarked;
