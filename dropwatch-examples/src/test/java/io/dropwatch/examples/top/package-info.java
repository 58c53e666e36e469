/** What {@code dropwatch top} shows of counts. Without privileges. */
@NullMarked
package io.dropwatch.examples.top;

import org.jspecify.annotations.NullMarked;
