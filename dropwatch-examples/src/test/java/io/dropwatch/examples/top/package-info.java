/** Tests of {@code dropwatch top} without privileges. */
@NullMarked
package io.dropwatch.examples.top;

import org.jspecify.annotations.NullMarked;
