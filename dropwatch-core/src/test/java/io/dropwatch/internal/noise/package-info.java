/** Which events are noise, on stacks that are written down. */
@NullMarked
package io.dropwatch.internal.noise;

import org.jspecify.annotations.NullMarked;
