/** The filter language. */
@NullMarked
package io.dropwatch.pcapfilter;

import org.jspecify.annotations.NullMarked;
