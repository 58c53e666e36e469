/** Values of the event model. */
@NullMarked
package io.dropwatch;

import org.jspecify.annotations.NullMarked;
