/**
 * Evaluates a predicate directly: packet in, verdict out.
 *
 * <p>It is the reference that tests compare generated code with.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.interpret;

import org.jspecify.annotations.NullMarked;
