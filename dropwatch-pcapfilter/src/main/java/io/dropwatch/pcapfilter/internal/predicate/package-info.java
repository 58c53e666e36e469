/**
 * The output of stage 3: a condition on a packet, with every name, qualifier and offset resolved.
 *
 * <p>A predicate is a tree of comparisons between unsigned 32-bit numbers read from the packet, its
 * length or, for the probe, the kernel's metadata. Evaluation goes from left to right and stops as
 * soon as the outcome is known. A read past the captured bytes or a division by zero rejects the
 * whole packet, whatever the rest of the predicate is. Text form: {@link
 * io.dropwatch.pcapfilter.internal.predicate.PredicateText}.
 */
@NullMarked
package io.dropwatch.pcapfilter.internal.predicate;

import org.jspecify.annotations.NullMarked;
