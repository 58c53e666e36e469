/** Tests of the decision graph. */
@NullMarked
package io.dropwatch.pcapfilter.internal.ir;

import org.jspecify.annotations.NullMarked;
