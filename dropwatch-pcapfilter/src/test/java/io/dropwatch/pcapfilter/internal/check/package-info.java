/** Tests of the checked predicate. */
@NullMarked
package io.dropwatch.pcapfilter.internal.check;

import org.jspecify.annotations.NullMarked;
