/**
 * A back-end for the checked predicate: packet in, verdict out, by walking the tree.
 *
 * <p>The plainest reading of what a predicate means; the generated code is compared with it.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.interpret;

import org.jspecify.annotations.NullMarked;
